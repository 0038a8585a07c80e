"""Which records are marked by what only a search tells: voided transactions, primary contacts."""

import structlog

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.paging import answers_of
from sync.connectors.netsuite.request import Search
from sync.errors import NotPermittedError, RejectedError

_log = structlog.get_logger(__name__)


async def marked_ids(client: SuiteTalkClient, search: Search | None) -> frozenset[str]:
    """The internal ids that the search finds; none for no search. Raises SourceError.

    An account that cannot answer this search is read without it: in English the records' own words say nearly as much.
    """
    if search is None:
        return frozenset()
    found: set[str] = set()
    try:
        async for answer in answers_of(client, search, source_id_of):
            found.update(answer.records)
    except (RejectedError, NotPermittedError, TooMuchError) as error:
        _log.warning("netsuite.marks", searched=search.searched, error=str(error))
    return frozenset(found)
