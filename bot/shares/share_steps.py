"""What both steps of sharing have in common: what is wanted, what the window remembers of it, and how it is shown."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access import SlackPerson
from bot.deps import Deps
from bot.reading.cards import read_card
from bot.shares.sharing import Destination
from bot.views.metadata import pack
from bot.views.share import Preview, preview_modal
from bot.views.shared import Sharing, record_name, shared_message
from bot.views.values import RecordRef, encode
from store.audit import AuditEvent
from store.users import User

PURPOSE = "share"
PREVIEW_PURPOSE = "share.preview"
_NONCE = re.compile("[A-Za-z0-9_-]{16}")
_NONCE_BYTES = 12

# What the acknowledgement of a submission says: errors beside the inputs, or another view.
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a form asks for: this record, there, in these words.

    `nonce` names what will be sent. `query` is what the record is only the closest match for, or «»; `may_pick` says
    that it was chosen in the form and not before it.
    """

    ref: RecordRef
    to: Destination
    text: str
    nonce: str
    query: str = ""
    may_pick: bool = False

    @property
    def fingerprint(self) -> str:
        """Differs where what would be posted, or who would read it, does."""
        said = json.dumps([self.ref.record_id, self.to.id, self.to.is_outside, self.text])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


async def previewed(deps: Deps, wanted: Wanted, user: User, *, warnings: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """The second step's view; None when the record is not known any more."""
    async with deps.store.read() as conn:
        card = await read_card(deps, conn, wanted.ref)
    if card is None:
        return None
    to = wanted.to
    sharing = Sharing(ref=wanted.ref, by=user.name, text=wanted.text, doubt=wanted.query, is_redacted=to.is_outside)
    preview = Preview(
        metadata=pack(PREVIEW_PURPOSE, {"nonce": wanted.nonce, "shown": wanted.fingerprint}),
        shared=shared_message(card, sharing),
        label=to.label,
        record=record_name(card),
        doubt=wanted.query,
        warnings=warnings,
        is_outside=to.is_outside,
    )
    return preview_modal(preview)


def new_nonce() -> str:
    """A name for what a form will send, which nobody guesses."""
    return secrets.token_urlsafe(_NONCE_BYTES)


def is_nonce(text: str) -> bool:
    """Whether it can be a name of ours."""
    return _NONCE.fullmatch(text) is not None


def packed(nonce: str, value: str, query: str) -> str:
    """What the first step remembers: the name of what it will send, the record, and the doubt about it."""
    return pack(PURPOSE, {"nonce": nonce, "value": value, "query": query})


def fields_of(wanted: Wanted) -> Mapping[str, str]:
    """The form as its draft keeps it."""
    return {
        "value": encode(wanted.ref),
        "query": wanted.query,
        "may_pick": "yes" if wanted.may_pick else "",
        "to": wanted.to.id,
        "label": wanted.to.label,
        "is_person": "yes" if wanted.to.is_person else "",
        "text": wanted.text,
    }


def instead(view: Mapping[str, Any]) -> Answer:
    """Another view in the place of the one that was submitted."""
    return {"response_action": "update", "view": view}


def note_outdated(deps: Deps, person: SlackPerson, action: str) -> None:
    """A window whose memory is not ours, or another's, leaves a trace."""
    actor = f"slack:{person.team_id}:{person.user_id}"
    deps.audit.note(AuditEvent(at=deps.clock(), actor=actor, action=f"{action}.outdated"))
