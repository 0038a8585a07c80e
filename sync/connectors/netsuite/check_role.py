"""What the doctor says of the token's role: per stream, per push and besides, which permission is missing."""

from collections.abc import Sequence

from sync.connector import Finding
from sync.connectors.netsuite.asking import marking_at
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.position import Position
from sync.connectors.netsuite.restlet import RestletClient
from sync.connectors.netsuite.role import (
    FIND_TRANSACTION,
    PERFORM_SEARCH,
    PERMISSIONS,
    SCRIPT,
    TO_GET,
    Probe,
    is_permitted,
    missing_types,
    record_types_of,
    transaction_types_of,
)
from sync.connectors.netsuite.stream import Stream, Way
from sync.errors import NotPermittedError, SourceError

_LATER = "Try again in a few minutes; if it stays, look at the detail."


def missing(check: str, permissions: Sequence[str], detail: str) -> Finding:
    """The finding for permissions that the role has not."""
    wanted = " and ".join(f"{each} ({PERMISSIONS[each]})" if each in PERMISSIONS else each for each in permissions)
    noun = "permission" if len(permissions) == 1 else "permissions"
    remedy = f"Give the token's role the {noun} {wanted}, and access to all subsidiaries."
    return Finding(check=check, ok=False, detail=detail, remedy=remedy)


async def hidden_types(client: SuiteTalkClient, stream: Stream) -> tuple[str, ...]:
    """The permissions without which the stream's search would find nothing and not say why. Raises SourceError."""
    return await missing_types(client, transaction_types_of(stream))


async def refused_stream(client: SuiteTalkClient, name: str, stream: Stream, error: NotPermittedError) -> Finding:
    """The finding for a stream that was refused: where its records may be read, it is searching that may not be."""
    if stream.way is Way.DELETIONS:
        return missing(name, (stream.permission,), str(error))
    try:
        found = await missing_types(client, record_types_of(stream))
    except SourceError:
        found = tuple(TO_GET[each] for each in record_types_of(stream))
    searching = (FIND_TRANSACTION, PERFORM_SEARCH) if transaction_types_of(stream) else (PERFORM_SEARCH,)
    return missing(name, found or searching, str(error))


async def marks_finding(client: SuiteTalkClient, stream: Stream, place: Position) -> Finding:
    """Whether NetSuite tells which of the stream's records are marked, where that can be done without."""
    search, check = marking_at(stream, place), f"primary {stream.kind}s"
    try:
        if search is not None:
            await client.call(search, source_id_of)
    except SourceError as error:
        return Finding(check=check, ok=True, detail=f"not told, so they stay as they are known: {error}")
    return Finding(check=check, ok=True, detail="told by a search")


async def probe_finding(client: SuiteTalkClient, probe: Probe) -> Finding:
    """Whether the role has the permission; where we can do without, its want is told, but is nothing wrong."""
    try:
        if await is_permitted(client, probe.request):
            return Finding(check=probe.check, ok=True, detail="permitted")
    except SourceError as error:
        return Finding(check=probe.check, ok=False, detail=str(error), remedy=_LATER)
    if probe.without:
        detail = f"the role lacks {probe.permission} ({PERMISSIONS[probe.permission]}): {probe.without}"
        return Finding(check=probe.check, ok=True, detail=detail)
    return missing(probe.check, (probe.permission,), "the role may not do this")


async def script_finding(script: RestletClient, account_id: str) -> Finding:
    """Whether our script answers, for this account."""
    try:
        answer = await script.get({"action": "version"})
    except NotPermittedError as error:
        return missing("script", (SCRIPT,), str(error))
    except SourceError as error:
        remedy = f"Deploy the script as *Released* for the token's role, with {SCRIPT}; docs/netsuite.md has the steps."
        return Finding(check="script", ok=False, detail=str(error), remedy=remedy)
    found = str(answer.get("account") or "").upper().replace("-", "_")
    if found != account_id:
        remedy = "Copy the External URL of the deployment in this account into NETSUITE_RESTLET_URL."
        return Finding(check="script", ok=False, detail=f"it runs in the account «{found[:40]}»", remedy=remedy)
    return Finding(check="script", ok=True, detail=f"answers, version {str(answer.get('version'))[:20]}")
