"""Invoice, as tranSales:Invoice: a partly paid one is still «Open», a voided one has zero amounts."""

from datetime import date

from sandbox.ledger.records import Installment, Invoice
from sandbox.netsuite.records.addresses import sales_addresses
from sandbox.netsuite.records.defaults import INVOICE_FORM, gross_profit
from sandbox.netsuite.records.items import invoice_items
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text
from sandbox.netsuite.wsdl import namespace


def invoice_xml(invoice: Invoice, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines and installments only when `full`."""
    return (
        f"{_heading(invoice, writer)}{_balances(invoice, writer)}"
        "<tranSales:toBePrinted>false</tranSales:toBePrinted><tranSales:toBeEmailed>true</tranSales:toBeEmailed>"
        "<tranSales:toBeFaxed>false</tranSales:toBeFaxed>"
        f"{writer.of_customer(invoice.customer_id, sales_addresses)}"
        f"<tranSales:shipDate>{writer.calendar.day(invoice.invoice_date)}</tranSales:shipDate>"
        f"{_totals(invoice, writer)}{optional('tranSales', 'email', invoice.email)}"
        "<tranSales:itemCostDiscPrint>false</tranSales:itemCostDiscPrint>"
        "<tranSales:expCostDiscPrint>false</tranSales:expCostDiscPrint>"
        f"<tranSales:timeDiscPrint>false</tranSales:timeDiscPrint>{_lists(invoice, writer) if full else ''}"
        "<tranSales:overrideInstallments>false</tranSales:overrideInstallments>"
        f"{writer.custom_fields('tranSales', invoice.custom_fields)}</platformCore:record>"
    )


def _heading(invoice: Invoice, writer: Writer) -> str:
    instant, day = writer.calendar.instant, writer.calendar.day
    invoice_day = day(invoice.invoice_date)
    return (
        f"{writer.opening('tranSales', 'sales', 'Invoice', invoice.id)}"
        f"<tranSales:createdDate>{instant(invoice.created_at)}</tranSales:createdDate>"
        f"<tranSales:lastModifiedDate>{instant(invoice.last_modified)}</tranSales:lastModifiedDate>"
        f"{INVOICE_FORM}<tranSales:entity{writer.customer_ref(invoice.customer_id)}</tranSales:entity>"
        f"<tranSales:tranDate>{invoice_day}</tranSales:tranDate>"
        f"<tranSales:tranId>{text(invoice.number)}</tranSales:tranId>{_origin(invoice, writer)}"
        f"<tranSales:postingPeriod{posting_period(invoice.invoice_date)}</tranSales:postingPeriod>"
        f"<tranSales:terms{writer.terms[invoice.terms_id]}</tranSales:terms>"
        f"<tranSales:subsidiary{writer.subsidiaries[invoice.subsidiary_id]}</tranSales:subsidiary>"
        f"<tranSales:currency{writer.currencies[invoice.currency]}</tranSales:currency>"
        f"<tranSales:dueDate>{day(invoice.due_date)}</tranSales:dueDate>"
        f"<tranSales:salesRep{writer.employees[invoice.sales_rep_id]}</tranSales:salesRep>"
        f"{optional('tranSales', 'otherRefNum', invoice.po_number)}{optional('tranSales', 'memo', invoice.memo)}"
        f"<tranSales:salesEffectiveDate>{invoice_day}</tranSales:salesEffectiveDate>"
        "<tranSales:excludeCommission>false</tranSales:excludeCommission>"
    )


def _balances(invoice: Invoice, writer: Writer) -> str:
    currency = invoice.currency
    return (
        f"{gross_profit('tranSales', writer.amount(invoice.subtotal_minor, currency))}"
        f"<tranSales:amountPaid>{writer.amount(invoice.paid_minor, currency)}</tranSales:amountPaid>"
        f"<tranSales:amountRemaining>{writer.amount(invoice.open_minor, currency)}</tranSales:amountRemaining>"
        f"<tranSales:account{writer.receivables}</tranSales:account>"
        f"<tranSales:exchangeRate>{invoice.exchange_rate:f}</tranSales:exchangeRate>"
        f"<tranSales:currencyName>{writer.currency_names[currency]}</tranSales:currencyName>"
    )


def _totals(invoice: Invoice, writer: Writer) -> str:
    currency = invoice.currency
    return (
        f"<tranSales:subTotal>{writer.amount(invoice.subtotal_minor, currency)}</tranSales:subTotal>"
        "<tranSales:canHaveStackable>false</tranSales:canHaveStackable>"
        "<tranSales:revenueStatus>_completed</tranSales:revenueStatus>"
        "<tranSales:syncSalesTeams>false</tranSales:syncSalesTeams>"
        "<tranSales:discountTotal>0.0</tranSales:discountTotal>"
        f"<tranSales:taxTotal>{writer.amount(invoice.tax_minor, currency)}</tranSales:taxTotal>"
        f"<tranSales:total>{writer.amount(invoice.total_minor, currency)}</tranSales:total>"
        f"<tranSales:status>{status_of(invoice).text}</tranSales:status>"
    )


def posting_period(day: date) -> str:
    """Attributes and content of a reference to the accounting period of a date."""
    return f' internalId="{day.year * 12 + day.month}"><platformCore:name>{day:%b %Y}</platformCore:name>'


def _origin(invoice: Invoice, writer: Writer) -> str:
    """The order that it bills; what bills none came in through web services."""
    order = writer.order_ref("tranSales:createdFrom", invoice.order_id)
    return order or "<tranSales:source>Web Services</tranSales:source>"


def _lists(invoice: Invoice, writer: Writer) -> str:
    return f"{invoice_items(invoice, writer)}{_installments(invoice, writer)}"


def _installments(invoice: Invoice, writer: Writer) -> str:
    if not invoice.installments:
        return ""
    parts = "".join(_installment(part, writer, invoice.currency) for part in invoice.installments)
    return (
        f'<tranSales:installmentList xmlns:platformCommon="{namespace("common", writer.version)}">'
        f"{parts}</tranSales:installmentList>"
    )


def _installment(part: Installment, writer: Writer, currency: str) -> str:
    return (
        f"<platformCommon:installment><platformCommon:amount>{writer.amount(part.amount_minor, currency)}"
        f"</platformCommon:amount><platformCommon:dueDate>{writer.calendar.day(part.due_date)}</platformCommon:dueDate>"
        f"<platformCommon:amountDue>{writer.amount(part.open_minor, currency)}</platformCommon:amountDue>"
        f"<platformCommon:seqNum>{part.sequence}</platformCommon:seqNum>"
        f"<platformCommon:status>{'Unpaid' if part.open_minor else 'Paid'}</platformCommon:status>"
        "</platformCommon:installment>"
    )
