"""What waits to be told and is still so, and how it is shown."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.deps import Deps
from bot.notify.past_due import customers_of
from bot.views.notices import NoticeView
from store.customers import Customer, customers_by_id
from store.db import ReadConnection, WriteConnection
from store.disputes import disputed_invoices
from store.invoices import Invoice, days_past_due, invoices_by_id
from store.manager_links import managers_in_slack
from store.notices import Notice, forget_notices
from store.records import RecordId
from store.subscriptions import NewsKind
from store.upsert import chunks


async def true_now(
    deps: Deps, conn: WriteConnection, waiting: Sequence[Notice]
) -> tuple[list[Notice], dict[str, NoticeView]]:
    """What waits and is still so, and how each is shown; what is so no more is forgotten."""
    invoices, customers = await _records(conn, waiting)
    managers = await _managers(deps, conn, customers)
    disputed = await disputed_invoices(conn, list(invoices))
    views: dict[str, NoticeView] = {}
    for notice in waiting:
        invoice = invoices.get(notice.about_id)
        if invoice is None or _is_so(notice.kind, invoice, deps.today(), is_disputed=invoice.id in disputed):
            views[notice.id] = view_of(deps, notice, invoice, customers, managers)
    await forget_notices(conn, [notice.id for notice in waiting if notice.id not in views])
    return [notice for notice in waiting if notice.id in views], views


async def _records(
    conn: ReadConnection, waiting: Sequence[Notice]
) -> tuple[dict[RecordId, Invoice], dict[RecordId, Customer]]:
    invoices: dict[RecordId, Invoice] = {}
    customers: dict[RecordId, Customer] = {}
    for chunk in chunks(sorted({notice.about_id for notice in waiting})):
        invoices |= await invoices_by_id(conn, chunk)
        customers |= await customers_by_id(conn, chunk)
    return invoices, customers | await customers_of(conn, invoices.values())


def _is_so(kind: NewsKind, invoice: Invoice, today: date, *, is_disputed: bool) -> bool:
    """Whether what was found about an invoice holds: paid or disputed meanwhile, it is not told as past due."""
    if kind is NewsKind.PAST_DUE:
        return days_past_due(invoice, today) > 0 and not is_disputed
    return invoice.deleted_at is None


async def _managers(deps: Deps, conn: ReadConnection, customers: Mapping[RecordId, Customer]) -> Mapping[RecordId, str]:
    """Who is called for these customers."""
    if not deps.rules.notify.mention_account_managers:
        return {}
    managed = sorted(each.id for each in customers.values() if each.account_manager)
    found: dict[RecordId, str] = {}
    for chunk in chunks(managed):
        found |= await managers_in_slack(conn, deps.team_id, chunk)
    return found


def view_of(
    deps: Deps,
    notice: Notice,
    invoice: Invoice | None,
    customers: Mapping[RecordId, Customer],
    managers: Mapping[RecordId, str],
) -> NoticeView:
    """How a notice is shown, by the records as they are now."""
    customer_id = invoice.customer_id if invoice else notice.about_id
    return NoticeView(
        kind=notice.kind,
        source=deps.source_titles.get(notice.origin, notice.origin),
        invoice=invoice,
        customer=customers.get(customer_id) if customer_id else None,
        amount=notice.amount,
        text=notice.text,
        manager=managers.get(customer_id, "") if customer_id else "",
    )
