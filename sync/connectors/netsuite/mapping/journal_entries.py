"""Journal entries, by rows of an advanced search: one for each line that posts to receivables."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from store.journal_entries import JournalEntry, JournalLine
from store.money import Money
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, source_id_of
from sync.connectors.netsuite.mapping.transactions import currency_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import calendar_date, money, number, text

JOURNAL_COLUMNS = (
    "amount",
    "amountRemaining",
    "creditAmount",
    "currency",
    "debitAmount",
    "entity",
    "fxAmount",
    "internalId",
    "lastModifiedDate",
    "line",
    "memo",
    "tranDate",
    "tranId",
)


def journal_entry(tree: Tree, account: Account) -> JournalEntry:
    """The head that a row tells, and its line if it is a customer's. Raises UnreadableFieldError."""
    origin = provenance(tree, "journal_entry", account)
    currency = currency_of(tree, account)
    customer_id = reference(tree, "entity", "customer")
    return JournalEntry(
        **origin,
        number=text(tree, "tranId") or origin["source_id"],
        currency=currency,
        entry_date=calendar_date(tree, "tranDate", account.zone),
        is_voided=source_id_of(tree) in account.marked,
        url=f"{account.app_address}/app/accounting/transactions/journal.nl?id={origin['source_id']}",
        lines=() if customer_id is None else (_line(tree, currency),),
    )


def merged(rows: Iterable[JournalEntry]) -> tuple[JournalEntry, ...]:
    """One entry for all rows of it, with the lines of all, numbered by their place in the entry."""
    heads: dict[str, JournalEntry] = {}
    lines: dict[str, list[JournalLine]] = {}
    for row in rows:
        heads[row.source_id] = row
        lines.setdefault(row.source_id, []).extend(row.lines)
    return tuple(replace(head, lines=_numbered(lines[source_id])) for source_id, head in heads.items())


def _numbered(lines: Iterable[JournalLine]) -> tuple[JournalLine, ...]:
    ordered = sorted(lines, key=lambda line: (line.line_number, line.customer_id, line.amount.minor))
    return tuple(replace(line, line_number=number) for number, line in enumerate(ordered, start=1))


def _line(tree: Tree, currency: str) -> JournalLine:
    amount = required(money(tree, "fxAmount", currency) or money(tree, "amount", currency), "amount")
    # Whether receivables went up the amount's own sign may tell or not, by how an account shows its reports.
    sign = -1 if number(tree, "creditAmount") else 1
    size = abs(amount.minor)
    left = int((size * _open_share(tree)).to_integral_value(ROUND_HALF_UP))
    return JournalLine(
        line_number=int(number(tree, "line") or 0),
        customer_id=required(reference(tree, "entity", "customer"), "entity"),
        amount=Money(currency=currency, minor=sign * size),
        open_amount=Money(currency=currency, minor=sign * left),
        memo=text(tree, "memo"),
    )


def _open_share(tree: Tree) -> Decimal:
    """Which part of the line is open, from 0 to 1: what remains is told in the company's own currency only."""
    remaining, whole = number(tree, "amountRemaining"), number(tree, "amount")
    if remaining is None:
        return Decimal(1)
    if not whole:
        return Decimal(1 if remaining else 0)
    return min(abs(remaining / whole), Decimal(1))
