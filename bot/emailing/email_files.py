"""The files of an invoice that can go with an e-mail about it, and their contents when it is sent."""

import json
from collections.abc import Iterable

from bot.deps import Deps
from bot.files import FileError
from bot.views.email import MAX_FILES, FileChoice
from bot.views.outbox import REFUSED_HERE
from bot.views.text import clean
from store.attachments import Attachment, attachments_of, refusal_of
from store.db import ReadConnection
from store.deliveries import Delivery
from store.records import RecordId
from store.sending import Later, Refused

# Most mail servers take 25 MB, and a file grows by a third on its way.
MOST_BYTES = 15_000_000
_BETWEEN = "|"
_KILO, _MEGA = 1024, 1_000_000
_MAX_VALUE = 150
_MOST_READ = 100
# What would name a folder where the file is saved.
_FOLDERS = str.maketrans("/\\", "__")


async def files_of(
    deps: Deps, conn: ReadConnection, invoice_id: RecordId
) -> tuple[tuple[FileChoice, ...], tuple[str, ...]]:
    """Those whose content can be had, whose name says what they are, and that are not too large; why others are not."""
    found = await attachments_of(conn, invoice_id, limit=_MOST_READ)
    can_be_had = [each for each in found if deps.files and deps.files.offers(each.origin)]
    choices = [_choice(each) for each in can_be_had if not _unfit(each)]
    short = [each for each in choices if len(each.file_id) <= _MAX_VALUE]
    return tuple(short[:MAX_FILES]), tuple(filter(None, map(_unfit, can_be_had)))


def too_much(files: Iterable[FileChoice]) -> str:
    """Why these cannot go together, as far as their sizes are known; «» when they can."""
    size = sum(each.size_bytes for each in files)
    if size <= MOST_BYTES:
        return ""
    return f"Together these files have {_megabytes(size)}, and at most {_megabytes(MOST_BYTES)} go with an e-mail."


async def attached(deps: Deps, delivery: Delivery) -> tuple[tuple[str, bytes], ...] | Later | Refused:
    """The files of an e-mail with their contents; or why it cannot be sent with them."""
    found: list[tuple[str, bytes]] = []
    for file_id, name in json.loads(delivery.payload["files"]):
        origin, _, own_id = file_id.partition(_BETWEEN)
        try:
            content = await _content(deps, origin, own_id, MOST_BYTES - sum(len(each) for _, each in found))
        except FileError as error:
            told = f"The file {name} could not be read: {error}"
            return Later(reason=told) if error.is_passing else Refused(reason=f"{REFUSED_HERE}: {told}")
        found.append((name, content))
    return tuple(found)


async def _content(deps: Deps, origin: str, file_id: str, most_bytes: int) -> bytes:
    if deps.files is None:
        raise FileError("no system's files can be read here")
    content = await deps.files.content(origin, file_id, most_bytes=most_bytes)
    if not content:
        raise FileError("it is empty")
    return content


def _unfit(attachment: Attachment) -> str:
    """Why it cannot go with an e-mail; «» when it can."""
    size = attachment.size_bytes or 0
    if size > MOST_BYTES:
        most = _megabytes(MOST_BYTES)
        return f"{clean(attachment.name)}: it has {_megabytes(size)}, and at most {most} go with an e-mail"
    return refusal_of(attachment.name) or ""


def _choice(attachment: Attachment) -> FileChoice:
    size = attachment.size_bytes or 0
    return FileChoice(
        file_id=f"{attachment.origin}{_BETWEEN}{attachment.file_id}",
        name=clean(attachment.name).translate(_FOLDERS),
        detail=f"{max(1, size // _KILO):,} KB" if size else "",
        size_bytes=size,
    )


def _megabytes(size: int) -> str:
    """Rounded up, so that what is too much is never called as much as is allowed."""
    return f"{-(-size // _MEGA):,} MB"
