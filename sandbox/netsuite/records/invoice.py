"""Invoice, as tranSales:Invoice: a partly paid one is still «Open», a voided one has zero amounts."""

from datetime import date

from sandbox.ledger.records import Installment, Invoice, InvoiceLine
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text
from sandbox.netsuite.wsdl import namespace


def invoice_xml(invoice: Invoice, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its lines and installments only when `full`."""
    instant, day, exponent = writer.calendar.instant, writer.calendar.day, invoice.currency
    return (
        f"{writer.opening('tranSales', 'sales', 'Invoice', invoice.id)}"
        f"<tranSales:createdDate>{instant(invoice.created_at)}</tranSales:createdDate>"
        f"<tranSales:lastModifiedDate>{instant(invoice.last_modified)}</tranSales:lastModifiedDate>"
        f"<tranSales:entity{writer.customer_ref(invoice.customer_id)}</tranSales:entity>"
        f"<tranSales:tranDate>{day(invoice.invoice_date)}</tranSales:tranDate>"
        f"<tranSales:tranId>{text(invoice.number)}</tranSales:tranId>"
        f"{writer.order_ref('tranSales:createdFrom', invoice.order_id)}"
        f"<tranSales:postingPeriod{posting_period(invoice.invoice_date)}</tranSales:postingPeriod>"
        f"<tranSales:terms{writer.terms[invoice.terms_id]}</tranSales:terms>"
        f"<tranSales:subsidiary{writer.subsidiaries[invoice.subsidiary_id]}</tranSales:subsidiary>"
        f"<tranSales:currency{writer.currencies[invoice.currency]}</tranSales:currency>"
        f"<tranSales:dueDate>{day(invoice.due_date)}</tranSales:dueDate>"
        f"<tranSales:salesRep{writer.employees[invoice.sales_rep_id]}</tranSales:salesRep>"
        f"{optional('tranSales', 'otherRefNum', invoice.po_number)}{optional('tranSales', 'memo', invoice.memo)}"
        f"<tranSales:amountPaid>{writer.amount(invoice.paid_minor, exponent)}</tranSales:amountPaid>"
        f"<tranSales:amountRemaining>{writer.amount(invoice.open_minor, exponent)}</tranSales:amountRemaining>"
        f"<tranSales:account{writer.receivables}</tranSales:account><tranSales:exchangeRate>{invoice.exchange_rate:f}</tranSales:exchangeRate>"
        f"<tranSales:currencyName>{writer.currency_names[invoice.currency]}</tranSales:currencyName>"
        "<tranSales:toBePrinted>false</tranSales:toBePrinted><tranSales:toBeEmailed>true</tranSales:toBeEmailed>"
        f"<tranSales:subTotal>{writer.amount(invoice.subtotal_minor, exponent)}</tranSales:subTotal>"
        "<tranSales:discountTotal>0.0</tranSales:discountTotal>"
        f"<tranSales:taxTotal>{writer.amount(invoice.tax_minor, exponent)}</tranSales:taxTotal>"
        f"<tranSales:total>{writer.amount(invoice.total_minor, exponent)}</tranSales:total>"
        f"<tranSales:status>{status_of(invoice).text}</tranSales:status>"
        f"{optional('tranSales', 'email', invoice.email)}{_lists(invoice, writer) if full else ''}"
        f"{writer.custom_fields('tranSales', invoice.custom_fields)}</platformCore:record>"
    )


def posting_period(day: date) -> str:
    """Attributes and content of a reference to the accounting period of a date."""
    return f' internalId="{day.year * 12 + day.month}"><platformCore:name>{day:%b %Y}</platformCore:name>'


def _lists(invoice: Invoice, writer: Writer) -> str:
    lines = "".join(_line(line, writer, invoice.currency) for line in invoice.lines)
    return f"<tranSales:itemList>{lines}</tranSales:itemList>{_installments(invoice, writer)}"


def _line(line: InvoiceLine, writer: Writer, currency: str) -> str:
    rate = writer.amount(line.rate_minor, currency)
    return (
        f'<tranSales:item><tranSales:item internalId="{line.item_id}"><platformCore:name>{text(line.item)}'
        f"</platformCore:name></tranSales:item><tranSales:line>{line.line}</tranSales:line>"
        f"<tranSales:description>{text(line.description)}</tranSales:description>"
        f"<tranSales:amount>{writer.amount(line.amount_minor, currency)}</tranSales:amount>"
        f"<tranSales:quantity>{line.quantity}.0</tranSales:quantity><tranSales:rate>{rate}</tranSales:rate>"
        f"<tranSales:grossAmt>{writer.amount(line.amount_minor + line.tax_minor, currency)}</tranSales:grossAmt>"
        f"<tranSales:tax1Amt>{writer.amount(line.tax_minor, currency)}</tranSales:tax1Amt></tranSales:item>"
    )


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
