"""A few of the changes that writing pulled records would make, for people who want to see before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.balances import Balance
from store.changes import Change
from store.db import ReadConnection
from store.exchange_rates import ExchangeRate
from store.gl_accounts import GLAccount
from store.own_records import returned
from store.pulled import Record, fitted_rows, kind_of, prepared_records, table_of
from store.upsert import expected_changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A change that would be made, with what people call the record: its number or name, else its id in the source."""

    change: Change
    title: str


async def examples_of(conn: ReadConnection, records: Sequence[Record], *, most: int) -> tuple[Example, ...]:
    """What would change of these records, those that are known before those that are new. Nothing is written."""
    own = await returned(conn, records)
    titles = {record.id: title_of(record) for record in records if record.id not in own}
    found: list[Change] = []
    prepared = await prepared_records([one for one in records if one.id not in own])
    for record_type, rows in (await fitted_rows(conn, prepared)).items():
        kind = next(kind_of(record) for record in records if type(record) is record_type)
        found += await expected_changes(conn, table_of(kind), kind, rows, most=most)
    known_first = sorted(found, key=lambda change: change.action == "inserted")
    return tuple(Example(change=change, title=titles[change.record_id]) for change in known_first[:most])


def title_of(record: Record) -> str:
    """What people call a record."""
    match record:
        case GLAccount():
            return " ".join(filter(None, (record.number, record.name)))
        case ExchangeRate():
            return f"{record.currency} in {record.base_currency}, {record.effective_date.isoformat()}"
        case Balance():
            return f"{record.balance.currency} of customer {record.customer_id.rpartition(':')[2]}"
    named = (getattr(record, naming, None) for naming in ("number", "name", "label", "title", "subject"))
    return str(next(filter(None, named), None) or record.source_id)
