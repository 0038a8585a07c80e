"""Sales order, as tranSales:SalesOrder."""

from collections.abc import Mapping

from sandbox.ledger.transactions import OrderStatus, SalesOrder
from sandbox.netsuite.records.addresses import sales_addresses
from sandbox.netsuite.records.defaults import ORDER_FORM, gross_profit
from sandbox.netsuite.records.items import ORDER_CELLS, Sale, item_list
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

# Nothing is recognized before it is invoiced, and nobody pays an order by card.
_FLAGS = (
    "<tranSales:shipComplete>false</tranSales:shipComplete><tranSales:canHaveStackable>false</tranSales:canHaveStackable>"
    "<tranSales:revenueStatus>_pending</tranSales:revenueStatus>"
    "<tranSales:recognizedRevenue>0.0</tranSales:recognizedRevenue>"
    "<tranSales:deferredRevenue>0.0</tranSales:deferredRevenue><tranSales:ccApproved>false</tranSales:ccApproved>"
    "<tranSales:getAuth>false</tranSales:getAuth><tranSales:isRecurringPayment>false</tranSales:isRecurringPayment>"
    "<tranSales:ignoreAvs>false</tranSales:ignoreAvs>"
)


def sales_order_xml(order: SalesOrder, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines only when `full`."""
    order_day = writer.calendar.day(order.order_date)
    return (
        f"{_heading(order, writer)}"
        "<tranSales:toBePrinted>false</tranSales:toBePrinted><tranSales:toBeEmailed>false</tranSales:toBeEmailed>"
        f"{optional('tranSales', 'email', order.email)}<tranSales:toBeFaxed>false</tranSales:toBeFaxed>"
        f"{writer.of_customer(order.customer_id, sales_addresses)}<tranSales:shipDate>{order_day}</tranSales:shipDate>"
        f"{_FLAGS}{_totals(order, writer)}"
        f"<tranSales:subsidiary{writer.subsidiaries[order.subsidiary_id]}</tranSales:subsidiary>"
        f"<tranSales:lastModifiedDate>{writer.calendar.instant(order.last_modified)}</tranSales:lastModifiedDate>"
        f"<tranSales:status>{status_of(order).text}</tranSales:status>"
        f"<tranSales:terms{writer.terms[order.terms_id]}</tranSales:terms>"
        "<tranSales:tranIsVsoeBundle>false</tranSales:tranIsVsoeBundle>"
        f"<tranSales:vsoeAutoCalc>false</tranSales:vsoeAutoCalc>{_lines(order, writer) if full else ''}"
        "</platformCore:record>"
    )


def _heading(order: SalesOrder, writer: Writer) -> str:
    order_day = writer.calendar.day(order.order_date)
    return (
        f"{writer.opening('tranSales', 'sales', 'SalesOrder', order.id)}"
        f"<tranSales:createdDate>{writer.calendar.instant(order.created_at)}</tranSales:createdDate>"
        f"{ORDER_FORM}<tranSales:entity{writer.customer_ref(order.customer_id)}</tranSales:entity>"
        f"<tranSales:currency{writer.currencies[order.currency]}</tranSales:currency>"
        f"<tranSales:tranDate>{order_day}</tranSales:tranDate>"
        f"<tranSales:tranId>{text(order.number)}</tranSales:tranId>"
        f"<tranSales:orderStatus>{_ORDER_STATUSES[order.status]}</tranSales:orderStatus>{_next_bill(order, order_day)}"
        f"<tranSales:salesRep{writer.employees[order.sales_rep_id]}</tranSales:salesRep>"
        "<tranSales:syncSalesTeams>false</tranSales:syncSalesTeams>"
        f"{optional('tranSales', 'otherRefNum', order.po_number)}{optional('tranSales', 'memo', order.memo)}"
        f"<tranSales:salesEffectiveDate>{order_day}</tranSales:salesEffectiveDate>"
        "<tranSales:excludeCommission>false</tranSales:excludeCommission>"
        f"{gross_profit('tranSales', writer.amount(order.subtotal_minor, order.currency))}"
        f"<tranSales:exchangeRate>{order.exchange_rate:f}</tranSales:exchangeRate>"
        f"<tranSales:currencyName>{writer.currency_names[order.currency]}</tranSales:currencyName>"
    )


def _totals(order: SalesOrder, writer: Writer) -> str:
    currency = order.currency
    return (
        f"<tranSales:subTotal>{writer.amount(order.subtotal_minor, currency)}</tranSales:subTotal>"
        "<tranSales:discountTotal>0.0</tranSales:discountTotal>"
        f"<tranSales:taxTotal>{writer.amount(order.tax_minor, currency)}</tranSales:taxTotal>"
        f"<tranSales:total>{writer.amount(order.total_minor, currency)}</tranSales:total>"
    )


def _next_bill(order: SalesOrder, day: str) -> str:
    """When it is to be invoiced, while something of it is."""
    return f"<tranSales:nextBill>{day}</tranSales:nextBill>" if order.unbilled_minor else ""


def _lines(order: SalesOrder, writer: Writer) -> str:
    return item_list("tranSales", Sale.of(order, writer), ORDER_CELLS)
