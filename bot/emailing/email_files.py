"""The files of an invoice that can go with an e-mail about it, and their contents when it is sent."""

import json

from bot.deps import Deps
from bot.files import FileError
from bot.views.email import MAX_FILES, FileChoice
from bot.views.outbox import REFUSED_HERE
from store.attachments import Attachment, attachments_of, refusal_of
from store.db import ReadConnection
from store.deliveries import Delivery
from store.records import RecordId
from store.sending import Later, Refused

# Most mail servers take 25 MB, and a file grows by a third on its way.
MOST_BYTES = 15_000_000
_BETWEEN = "|"
_KILO = 1024
_MAX_VALUE = 150


async def files_of(deps: Deps, conn: ReadConnection, invoice_id: RecordId) -> tuple[FileChoice, ...]:
    """Those whose content can be had, whose name says what they are, and that are not too large."""
    found = await attachments_of(conn, invoice_id, limit=MAX_FILES)
    can_be_had = [each for each in found if deps.files and deps.files.offers(each.origin) and _is_fit(each)]
    return tuple(choice for choice in map(_choice, can_be_had) if len(choice.file_id) <= _MAX_VALUE)


async def attached(deps: Deps, delivery: Delivery) -> tuple[tuple[str, bytes], ...] | Later | Refused:
    """The files of an e-mail with their contents; or why it cannot be sent with them."""
    found: list[tuple[str, bytes]] = []
    for file_id, name in json.loads(delivery.payload["files"]):
        origin, _, own_id = file_id.partition(_BETWEEN)
        try:
            content = await _content(deps, origin, own_id, MOST_BYTES - sum(len(each) for _, each in found))
        except FileError as error:
            told = f"the file {name} could not be read: {error}"
            return Later(reason=told) if error.is_passing else Refused(reason=f"{REFUSED_HERE}: {told}")
        found.append((name, content))
    return tuple(found)


async def _content(deps: Deps, origin: str, file_id: str, most_bytes: int) -> bytes:
    if deps.files is None:
        raise FileError("no system's files can be read here")
    return await deps.files.content(origin, file_id, most_bytes=most_bytes)


def _is_fit(attachment: Attachment) -> bool:
    return refusal_of(attachment.name) is None and (attachment.size_bytes or 0) <= MOST_BYTES


def _choice(attachment: Attachment) -> FileChoice:
    size = f"{max(1, attachment.size_bytes // _KILO):,} KB" if attachment.size_bytes else ""
    name = " ".join(attachment.name.split())
    return FileChoice(file_id=f"{attachment.origin}{_BETWEEN}{attachment.file_id}", name=name, detail=size)
