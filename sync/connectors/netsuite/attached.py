"""The names of the files that messages carry: rows of a search of their own, one for each file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import structlog

from store.messages import Message
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.paging import answers_of
from sync.connectors.netsuite.request import Criterion, Search, is_true
from sync.connectors.netsuite.values import row_fields, text
from sync.errors import NotPermittedError, RejectedError

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)
_NAME = "attachmentsJoin.name"


def attachments_search(ids: tuple[str, ...], *, page_size: int) -> Search:
    """The search for the files of those of these messages that carry any."""
    criteria = (Criterion(field="internalId", values=ids), is_true("hasAttachment"))
    return Search(searched="Message", criteria=criteria, page_size=page_size, columns=("internalId", _NAME))


async def with_attachments(client: SuiteTalkClient, found: Sequence[_T], *, page_size: int) -> tuple[_T, ...]:
    """The same records, the messages among them with the names of their files. Raises SourceError.

    Where the role may not see files, messages are read without.
    """
    ids = tuple(one.source_id for one in found if isinstance(one, Message))
    if not ids:
        return tuple(found)
    names = await _names(client, attachments_search(ids, page_size=page_size))
    return tuple(_with_names(one, names) for one in found)


def _with_names(record: _T, names: Mapping[str, list[str]]) -> _T:
    if not isinstance(record, Message) or record.source_id not in names:
        return record
    return replace(record, attachments="\n".join(names[record.source_id]))


async def _names(client: SuiteTalkClient, search: Search) -> Mapping[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    try:
        async for answer in answers_of(client, search, row_fields):
            for row in answer.records:
                name = text(row, _NAME)
                if name is not None and name not in names[source_id_of(row)]:
                    names[source_id_of(row)].append(name)
    except (NotPermittedError, RejectedError) as error:
        _log.warning("netsuite.attachments", error=str(error))
    return names
