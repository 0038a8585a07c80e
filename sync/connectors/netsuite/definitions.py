"""Reading the definitions of custom fields: which there are, then all of them at once."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import structlog

from store.custom_fields import CustomField
from store.pulled import Record
from sync.connector import Broken, Gone, Listing, Page
from sync.connectors.netsuite.asking import plan_of
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.mapping import Account, Other, configured_definition, source_id_of
from sync.connectors.netsuite.pages import Heading
from sync.connectors.netsuite.position import Stage, advanced, decode, encode, first_position, next_position
from sync.connectors.netsuite.request import GetCustomizationId, GetList
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import read_record
from sync.connectors.netsuite.streams import CUSTOM_FIELDS
from sync.errors import NotPermittedError, RejectedError
from sync.payload import payload_hash

_log = structlog.get_logger(__name__)
# Those of customers and those of invoices; a permission of its own opens each.
RECORD_TYPES = ("entityCustomField", "transactionBodyCustomField")
_MOST_AT_ONCE = 1000
_Found: TypeAlias = Record | Gone | Other | Broken


@dataclass(frozen=True, kw_only=True, slots=True)
class Definitions:
    """What one reading found; `is_whole` unless the role may not read one of the two types."""

    fields: tuple[CustomField, ...]
    broken: tuple[Broken, ...]
    skipped: int
    is_whole: bool


async def definition_pages(
    read: Callable[[], Awaitable[Definitions]], settings: NetSuiteSettings, cursor: str, ceiling: datetime
) -> AsyncGenerator[Page, None]:
    """All definitions as `read` brings them, in one page, unless no time has passed since the cursor.

    Raises SourceError.
    """
    plan = plan_of(CUSTOM_FIELDS, settings)
    position = decode(cursor) if cursor else first_position(ceiling, plan)
    if position.stage is Stage.REST:
        following = next_position(position, ceiling, plan)
        if following is None:
            return
        position = following
    found = await read()
    after = advanced(position, Heading(total_pages=1), plan)
    ids = (*(one.source_id for one in found.fields), *(one.source_id for one in found.broken))
    yield Page(
        records=found.fields,
        cursor=encode(after),
        covered_until=after.covered,
        broken=found.broken,
        skipped=found.skipped,
        listing=Listing(kind=CUSTOM_FIELDS.kind, source_ids=ids, is_first=True, is_last=True)
        if found.is_whole
        else None,
    )


async def read_definitions(client: SuiteTalkClient, settings: NetSuiteSettings, account: Account) -> Definitions:
    """The definitions that the role may read, and those that only the settings name. Raises SourceError.

    Raises NotPermittedError when it may read none and the settings name none.
    """
    found: list[_Found] = []
    refusals: list[NotPermittedError] = []
    for record_type in RECORD_TYPES:
        try:
            found += await _of_type(client, record_type, account)
        except NotPermittedError as error:
            _log.warning("netsuite.custom_fields", type=record_type, error=str(error))
            refusals.append(error)
    if len(refusals) == len(RECORD_TYPES) and not settings.email_fields:
        raise refusals[0]
    fields = [one for one in found if isinstance(one, CustomField)]
    broken = tuple(one for one in found if isinstance(one, Broken))
    return Definitions(
        fields=with_configured(fields, settings, account),
        broken=broken,
        skipped=len(found) - len(fields) - len(broken),
        is_whole=not refusals,
    )


def with_configured(
    fields: Sequence[CustomField], settings: NetSuiteSettings, account: Account
) -> tuple[CustomField, ...]:
    """These fields, and those that only the settings say to hold e-mail addresses."""
    known = {field.script_id for field in fields}
    named = (configured_definition(each, account) for each in settings.email_fields if each not in known)
    return (*fields, *named)


def _broken(record_type: str, internal_id: str, error: RejectedError) -> Broken:
    # NetSuite sends its refusal in the place of the record.
    sent = {"type": record_type, "internalId": internal_id, "refused": error.detail}
    return Broken(source_id=internal_id, reason=error.detail, kind=CUSTOM_FIELDS.kind, payload_hash=payload_hash(sent))


async def _of_type(client: SuiteTalkClient, record_type: str, account: Account) -> list[_Found]:
    listed = await client.call(GetCustomizationId(record_type=record_type), source_id_of)
    ids = listed.records
    found: list[_Found] = []
    for start in range(0, len(ids), _MOST_AT_ONCE):
        found += await _read(client, record_type, ids[start : start + _MOST_AT_ONCE], account)
    return found


async def _read(client: SuiteTalkClient, record_type: str, ids: tuple[str, ...], account: Account) -> list[_Found]:
    request = GetList(record_type=record_type, internal_ids=ids)
    try:
        answer = await client.call(request, lambda tree: read_record(CUSTOM_FIELDS, tree, account))
    except RejectedError as error:
        if len(ids) == 1:
            return [_broken(record_type, ids[0], error)]
        # One that is refused makes the whole answer a refusal.
        middle = len(ids) // 2
        parts = (ids[:middle], ids[middle:])
        return [one for part in parts for one in await _read(client, record_type, part, account)]
    return list(answer.records)
