"""Fetching what the rows of a page leave out, a function per kind of record."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from sync.connectors.netsuite.suiteql.ask import Asker, grouped, ids_in
from sync.connectors.netsuite.suiteql.client import Row
from sync.connectors.netsuite.suiteql.entity_tables import (
    ADDRESS_KEYS_OF,
    ADDRESSES,
    ENTRIES,
    OPEN_ITEMS_OF,
    OPEN_LINES_OF,
    SUBSIDIARIES_OF,
)
from sync.connectors.netsuite.suiteql.related import Related
from sync.connectors.netsuite.suiteql.tables import Select
from sync.connectors.netsuite.suiteql.transaction_tables import (
    ACCOUNTS_OF,
    APPLICATIONS_OF,
    DOCUMENTS,
    DRAWN_FOR,
    ENTRY_LINES_OF,
    INSTALLMENTS_OF,
    LINES_OF,
    MAIN_LINES_OF,
    POSTED_OF,
    RECEIVABLES,
)
from sync.errors import NotPermittedError

# What deposits are drawn for.
_DRAWING = frozenset({"CustRfnd", "DepAppl"})

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
    """Main lines, accounts, what each was applied to or paid out of, and which deposit it was drawn from."""
    main, accounts, links, drawn = await asyncio.gather(
        page.ask.all_of(MAIN_LINES_OF, page.ids, "uniquekey"),
        _optional(page, ACCOUNTS_OF, page.ids, "transaction"),
        page.ask.all_of(APPLICATIONS_OF, page.ids),
        page.ask.all_of(DRAWN_FOR, _ids_of(page, _DRAWING)),
    )
    applied = [link for link in links if link.get("foreignamount", "").strip("-0.")]
    documents = await page.ask.all_of(DOCUMENTS, ids_in([*applied, *drawn], "previousdoc"), "id")
    return Related(
        lines=grouped(main, "transaction"),
        accounts={row["transaction"]: row["account_name"] for row in accounts or () if "account_name" in row},
        applications=grouped(applied, "nextdoc"),
        drawn=grouped(drawn, "nextdoc"),
        documents={row["id"]: row for row in documents if "id" in row},
    )


async def of_entries(page: Gathering) -> Related:
    """The lines that post to receivables."""
    accounts = ids_in(await page.ask.all_after(RECEIVABLES, {}, "id"), "id")
    if not accounts or not page.ids:
        return Related()
    posted, lines = await asyncio.gather(
        page.ask.listed(POSTED_OF, {"ids": page.ids, "accounts": accounts}),
        page.ask.all_of(ENTRY_LINES_OF, page.ids, "uniquekey"),
    )
    known = {(row.get("transaction"), row.get("transactionline")) for row in posted}
    return Related(
        lines=grouped([line for line in lines if (line.get("transaction"), line.get("id")) in known], "transaction")
    )


async def of_orders(page: Gathering) -> Related:
    """Main lines."""
    return Related(lines=grouped(await page.ask.all_of(MAIN_LINES_OF, page.ids, "uniquekey"), "transaction"))


async def of_balances(page: Gathering) -> Related:
    """What is open; of journal entries each line by itself."""
    items, lines = await asyncio.gather(
        page.ask.all_of(OPEN_ITEMS_OF, page.ids, "id"), page.ask.all_of(OPEN_LINES_OF, page.ids, "uniquekey")
    )
    entries = {row.get("id"): row for row in await page.ask.all_of(ENTRIES, ids_in(lines, "transaction"), "id")}
    booked = [{**line, **entries[line["transaction"]]} for line in lines if line.get("transaction") in entries]
    return Related(open_items=grouped([*items, *booked], "entity"))


async def _subsidiaries(page: Gathering) -> dict[str, str]:
    rows = await _optional(page, SUBSIDIARIES_OF, page.ids, "entity")
    return {row["entity"]: row["subsidiary_name"] for row in rows or () if {"entity", "subsidiary_name"} <= row.keys()}


async def _addresses(page: Gathering) -> dict[str, str]:
    keys = await _optional(page, ADDRESS_KEYS_OF, page.ids, "entity") or []
    rows = await _optional(page, ADDRESSES, ids_in(keys, "addressbookaddress"), "nkey") or []
    texts = {row["nkey"]: row["addrtext"].replace("\r\n", "\n") for row in rows if {"nkey", "addrtext"} <= row.keys()}
    owners = ((row.get("entity", ""), row.get("addressbookaddress", "")) for row in keys)
    return {entity: texts[key] for entity, key in owners if key in texts}


def _ids_of(page: Gathering, types: frozenset[str]) -> tuple[int, ...]:
    return ids_in([row for row in page.rows if row.get("type") in types], "id")


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
