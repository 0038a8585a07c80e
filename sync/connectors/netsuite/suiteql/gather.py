"""Fetching what the rows of a page leave out, a function per kind of record."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from sync.connectors.netsuite.suiteql.ask import Asker, grouped, ids_in
from sync.connectors.netsuite.suiteql.client import Row
from sync.connectors.netsuite.suiteql.entity_tables import ADDRESS_KEYS_OF, ADDRESSES, OPEN_ITEMS_OF, SUBSIDIARIES_OF
from sync.connectors.netsuite.suiteql.related import Related
from sync.connectors.netsuite.suiteql.tables import Select
from sync.connectors.netsuite.suiteql.transaction_tables import (
    ACCOUNTS_OF,
    APPLICATIONS_OF,
    DOCUMENTS,
    DRAWN_OF,
    INSTALLMENTS_OF,
    LINES_OF,
    MAIN_LINES_OF,
)
from sync.errors import NotPermittedError

_DEPOSIT = "CustDep"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathering:
    """The rows of a page, and whether their lines are wanted."""

    ask: Asker
    rows: Sequence[Row]
    with_lines: bool

    @property
    def ids(self) -> tuple[int, ...]:
        """The internal ids of the records."""
        return ids_in(self.rows, "id")


async def nothing(_: Gathering) -> Related:
    """For records whose rows say it all."""
    return Related()


async def of_customers(page: Gathering) -> Related:
    """Subsidiaries and default addresses."""
    subsidiaries, addresses = await asyncio.gather(_subsidiaries(page), _addresses(page))
    return Related(subsidiaries=subsidiaries, addresses=addresses)


async def of_invoices(page: Gathering) -> Related:
    """Lines, the main ones among them, and installments."""
    query = LINES_OF if page.with_lines else MAIN_LINES_OF
    lines, installments = await asyncio.gather(
        page.ask.all_of(query, page.ids, "uniquekey"), _optional(page, INSTALLMENTS_OF, page.ids, "id")
    )
    return Related(
        lines={each: sorted(of, key=_sequence) for each, of in grouped(lines, "transaction").items()},
        installments=None if installments is None else grouped(installments, "invoice"),
    )


async def of_settlements(page: Gathering) -> Related:
    """Main lines, accounts, and what each was applied to."""
    drawn = await _drawn(page)
    settling = ids_in([{"id": each} for each in drawn], "id")
    main, accounts, links = await asyncio.gather(
        page.ask.all_of(MAIN_LINES_OF, page.ids, "uniquekey"),
        _optional(page, ACCOUNTS_OF, page.ids, "transaction"),
        page.ask.all_of(APPLICATIONS_OF, (*page.ids, *settling)),
    )
    applied = [_owned(link, drawn) for link in links if link.get("foreignamount", "").strip("-0.")]
    documents = await page.ask.all_of(DOCUMENTS, ids_in(applied, "previousdoc"), "id")
    return Related(
        lines=grouped(main, "transaction"),
        accounts={row["transaction"]: row["account_name"] for row in accounts or () if "account_name" in row},
        applications=grouped(applied, "nextdoc"),
        documents={row["id"]: row for row in documents if "id" in row},
    )


async def of_orders(page: Gathering) -> Related:
    """Main lines."""
    return Related(lines=grouped(await page.ask.all_of(MAIN_LINES_OF, page.ids, "uniquekey"), "transaction"))


async def of_balances(page: Gathering) -> Related:
    """What is open."""
    return Related(open_items=grouped(await page.ask.all_of(OPEN_ITEMS_OF, page.ids, "id"), "entity"))


async def _subsidiaries(page: Gathering) -> dict[str, str]:
    rows = await _optional(page, SUBSIDIARIES_OF, page.ids, "entity")
    return {row["entity"]: row["subsidiary_name"] for row in rows or () if {"entity", "subsidiary_name"} <= row.keys()}


async def _addresses(page: Gathering) -> dict[str, str]:
    keys = await _optional(page, ADDRESS_KEYS_OF, page.ids, "entity") or []
    rows = await _optional(page, ADDRESSES, ids_in(keys, "addressbookaddress"), "nkey") or []
    texts = {row["nkey"]: row["addrtext"].replace("\r\n", "\n") for row in rows if {"nkey", "addrtext"} <= row.keys()}
    owners = ((row.get("entity", ""), row.get("addressbookaddress", "")) for row in keys)
    return {entity: texts[key] for entity, key in owners if key in texts}


async def _drawn(page: Gathering) -> dict[str, str]:
    """Which deposit each application of a deposit draws from, by its own id."""
    deposits = ids_in([row for row in page.rows if row.get("type") == _DEPOSIT], "id")
    rows = await page.ask.all_of(DRAWN_OF, deposits)
    return {row["nextdoc"]: row["previousdoc"] for row in rows if {"nextdoc", "previousdoc"} <= row.keys()}


def _owned(link: Row, drawn: dict[str, str]) -> Row:
    """The link as one of the deposit's, where it is one of an application that draws from it."""
    settles = link.get("nextdoc", "")
    return {**link, "nextdoc": drawn.get(settles, settles)}


async def _optional(page: Gathering, select: Select, ids: Sequence[int], key: str) -> list[Row] | None:
    """The rows of a table that an account may not have at all, or not show to our role; None when it does not."""
    try:
        return await page.ask.all_of(select, ids, key)
    except NotPermittedError as error:
        _log.info("netsuite.table", table=select.table, error=str(error))
        return None


def _sequence(line: Row) -> int:
    value = line.get("linesequencenumber", "")
    return int(value) if value.isdecimal() else 0
