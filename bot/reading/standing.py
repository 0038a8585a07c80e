"""Which promises to pay and disputes a card tells of: those that are open, and promises that were not kept."""

from collections.abc import Mapping

from bot.views.standing import Standing
from store.customers import Customer
from store.db import ReadConnection
from store.disputes import open_disputes_about
from store.invoices import Invoice, invoices_by_id, is_owed
from store.promises import Promise, PromiseState, promises_about
from store.records import RecordId

_READ = 20
_NOT_KEPT = frozenset({PromiseState.BROKEN, PromiseState.PARTLY_KEPT})


async def standing_of(conn: ReadConnection, record: Invoice | Customer) -> tuple[Standing, ...]:
    """What stands about a record, and for a customer about its invoices, with the numbers of these."""
    promised = await promises_about(conn, record.id, limit=_READ)
    disputed = await open_disputes_about(conn, record.id, limit=_READ)
    about = {each.about_id for each in promised} | {each.invoice_id for each in disputed}
    others = tuple(about - {record.id})
    invoices = await invoices_by_id(conn, others) if others else {}
    numbers = {invoice.id: invoice.number for invoice in invoices.values()}
    known = invoices | ({record.id: record} if isinstance(record, Invoice) else {})
    return (
        *(Standing(what=each, number=numbers.get(each.invoice_id, "")) for each in disputed),
        *(Standing(what=each, number=numbers.get(each.about_id, "")) for each in still_matter(promised, known)),
    )


def still_matter(promised: tuple[Promise, ...], invoices: Mapping[RecordId, Invoice]) -> tuple[Promise, ...]:
    """The open promises, and those not kept that were the last about something that is owed still."""
    last = {each.about_id: each.made_at for each in sorted(promised, key=lambda each: each.made_at)}
    return tuple(
        each
        for each in promised
        if each.state is PromiseState.OPEN
        or (each.state in _NOT_KEPT and each.made_at == last[each.about_id] and _may_be_owed(each, invoices))
    )


def _may_be_owed(promise: Promise, invoices: Mapping[RecordId, Invoice]) -> bool:
    about = invoices.get(promise.about_id)
    return about is None or is_owed(about)
