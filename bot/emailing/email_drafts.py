"""What the two steps of an e-mail remember: the window itself, and the draft that is kept for the second one."""

import json
from collections.abc import Mapping
from datetime import timedelta

from bot.access import SlackPerson
from bot.deps import Deps
from bot.emailing.email_form import Filled
from bot.emailing.email_steps import Wanted
from bot.views.email import PREVIEW_PURPOSE, PURPOSE
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.pick import picked
from bot.views.values import encode
from store.drafts import Draft, draft_by_id, keep_draft

# A window may stay open over a meeting; what was typed into it is not kept for longer than that.
_KEPT = timedelta(hours=12)
_NONCE_CHARACTERS = 32


def recalled(metadata: str, filled: Filled) -> Wanted:
    """The first step, filled in so, with what it remembers. Raises OutdatedViewError."""
    memory = unpack(PURPOSE, metadata)
    ref = picked(memory["record"])
    if ref is None:
        raise OutdatedViewError("about no record")
    nonce = _checked(memory["nonce"])
    return Wanted(nonce=nonce, ref=ref, open_words=memory["open"], filled=filled)


async def keep(deps: Deps, person: SlackPerson, wanted: Wanted) -> bool:
    """Whether the form is kept for the next step; not under a name that is somebody else's."""
    now, filled = deps.clock(), wanted.filled
    fields = {
        "record": encode(wanted.ref),
        "open": wanted.open_words,
        "chosen": json.dumps(filled.chosen),
        "files": json.dumps(filled.files),
        "others": filled.others,
        "cc": filled.cc,
        "subject": filled.subject,
        "text": filled.text,
    }
    draft = Draft(
        id=wanted.nonce,
        team_id=person.team_id,
        slack_user_id=person.user_id,
        fields=fields,
        expires_at=now + _KEPT,
    )
    async with deps.store.write() as conn:
        return await keep_draft(conn, draft, at=now)


async def kept(deps: Deps, person: SlackPerson, metadata: str) -> tuple[Wanted, str]:
    """What this person's preview is of, and its fingerprint. Raises OutdatedViewError unless it is theirs and ours."""
    memory = unpack(PREVIEW_PURPOSE, metadata)
    nonce, shown = _checked(memory["nonce"]), memory["shown"]
    async with deps.store.read() as conn:
        draft = await draft_by_id(conn, nonce, team_id=person.team_id, slack_user_id=person.user_id, at=deps.clock())
    ref = picked(draft.fields.get("record", "")) if draft else None
    if draft is None or ref is None:
        raise OutdatedViewError("of a draft that is not kept")
    # A draft of an earlier version does not remember what was open.
    open_words = draft.fields.get("open", "")
    return Wanted(nonce=nonce, ref=ref, open_words=open_words, filled=_filled(draft.fields)), shown


def _filled(fields: Mapping[str, str]) -> Filled:
    return Filled(
        chosen=tuple(json.loads(fields["chosen"])),
        files=tuple(json.loads(fields["files"])),
        others=fields["others"],
        cc=fields["cc"],
        subject=fields["subject"],
        text=fields["text"],
    )


def _checked(nonce: str) -> str:
    if len(nonce) != _NONCE_CHARACTERS or not nonce.isalnum() or not nonce.isascii():
        raise OutdatedViewError("without its own name")
    return nonce
