"""What a workspace is made of. Frozen records; a change is a new record."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["channel", "private", "im"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    id: str
    name: str
    real_name: str
    team_id: str
    email: str = ""
    title: str = ""
    color: str = "616061"
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_email_confirmed: bool = True
    deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    id: str
    name: str
    kind: ChannelKind
    members: tuple[str, ...]
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message; `ephemeral_to` names the only person who sees it, `command` the slash command it answers."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited: bool = False
    metadata: Json | None = None
    command: str | None = None
    reactions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A modal or a Home tab as it stands. `body` is what the app sent; `values` is what its user chose so far."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, Json] = field(default_factory=dict)
