"""Sales order, as tranSales:SalesOrder."""

from collections.abc import Mapping

from sandbox.ledger.transactions import OrderStatus, SalesOrder
from sandbox.netsuite.records.items import ORDER_CELLS, item_list
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text

_ORDER_STATUSES: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING_APPROVAL: "_pendingApproval",
    OrderStatus.PENDING_FULFILLMENT: "_pendingFulfillment",
    OrderStatus.PARTIALLY_FULFILLED: "_partiallyFulfilled",
    OrderStatus.PENDING_BILLING: "_pendingBilling",
    OrderStatus.BILLED: "_fullyBilled",
    OrderStatus.CLOSED: "_closed",
    OrderStatus.CANCELLED: "_cancelled",
}


def sales_order_xml(order: SalesOrder, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines only when `full`."""
    instant, currency = writer.calendar.instant, order.currency
    lines = item_list("tranSales", order.lines, writer, currency=currency, cells=ORDER_CELLS) if full else ""
    return (
        f"{writer.opening('tranSales', 'sales', 'SalesOrder', order.id)}"
        f"<tranSales:createdDate>{instant(order.created_at)}</tranSales:createdDate>"
        f"<tranSales:entity{writer.customer_ref(order.customer_id)}</tranSales:entity>"
        f"<tranSales:currency{writer.currencies[currency]}</tranSales:currency>"
        f"<tranSales:tranDate>{writer.calendar.day(order.order_date)}</tranSales:tranDate>"
        f"<tranSales:tranId>{text(order.number)}</tranSales:tranId>"
        f"<tranSales:orderStatus>{_ORDER_STATUSES[order.status]}</tranSales:orderStatus>"
        f"<tranSales:salesRep{writer.employees[order.sales_rep_id]}</tranSales:salesRep>"
        f"{optional('tranSales', 'otherRefNum', order.po_number)}{optional('tranSales', 'memo', order.memo)}"
        f"<tranSales:exchangeRate>{order.exchange_rate:f}</tranSales:exchangeRate>"
        f"<tranSales:currencyName>{writer.currency_names[currency]}</tranSales:currencyName>"
        f"{optional('tranSales', 'email', order.email)}"
        f"<tranSales:subTotal>{writer.amount(order.subtotal_minor, currency)}</tranSales:subTotal>"
        f"<tranSales:taxTotal>{writer.amount(order.tax_minor, currency)}</tranSales:taxTotal>"
        f"<tranSales:total>{writer.amount(order.total_minor, currency)}</tranSales:total>"
        f"<tranSales:subsidiary{writer.subsidiaries[order.subsidiary_id]}</tranSales:subsidiary>"
        f"<tranSales:lastModifiedDate>{instant(order.last_modified)}</tranSales:lastModifiedDate>"
        f"<tranSales:status>{status_of(order).text}</tranSales:status>"
        f"<tranSales:terms{writer.terms[order.terms_id]}</tranSales:terms>{lines}</platformCore:record>"
    )
