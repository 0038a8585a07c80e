"""The content of a file of the cabinet, when somebody asks for it."""

import base64
import binascii

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Get
from sync.connectors.netsuite.values import text
from sync.errors import RejectedError

# Base64 makes four bytes of three; a record of an answer may have eight megabytes.
_MOST_BYTES = 6_000_000
_AROUND = 16 * 1024


async def read_content(client: SuiteTalkClient, file_id: str, *, most_bytes: int) -> bytes:
    """The file whole. Raises SourceError: RejectedError when there is none, or it is larger than that."""
    most = min(most_bytes, _MOST_BYTES)
    request = Get(record_type="file", internal_id=file_id)
    answer = await client.once(request, _content, most_bytes=most * 4 // 3 + _AROUND)
    found = next(iter(answer.records), None)
    if found is None:
        raise RejectedError(f"NetSuite sent no content of file {file_id}")
    if len(found) > most:
        raise RejectedError(f"file {file_id} has {len(found):,} bytes, more than {most:,}")
    return found


def _content(tree: Tree) -> bytes | None:
    encoded = text(tree, "content")
    try:
        return None if encoded is None else base64.b64decode("".join(encoded.split()), validate=True)
    except binascii.Error:
        return None
