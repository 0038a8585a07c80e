"""A customer's payment, as tranCust:CustomerPayment."""

from sandbox.ledger.records import Application, Payment
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.texts import text


def payment_xml(payment: Payment, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; the invoices that it settles only when `full`."""
    instant, currency = writer.calendar.instant, payment.currency
    amount = writer.amount(payment.amount_minor, currency)
    unapplied = payment.unapplied_minor
    return (
        f"{writer.opening('tranCust', 'customers', 'CustomerPayment', payment.id)}"
        f"<tranCust:createdDate>{instant(payment.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(payment.last_modified)}</tranCust:lastModifiedDate>"
        '<tranCust:arAcct internalId="122"><platformCore:name>1100 Accounts Receivable</platformCore:name>'
        f"</tranCust:arAcct><tranCust:customer{writer.customer_ref(payment.customer_id)}</tranCust:customer>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:payment>{amount}</tranCust:payment>"
        f"<tranCust:tranDate>{writer.calendar.day(payment.payment_date)}</tranCust:tranDate>"
        f"<tranCust:tranId>{text(payment.number)}</tranCust:tranId>"
        f"<tranCust:postingPeriod{posting_period(payment.payment_date)}</tranCust:postingPeriod>"
        f"{optional('tranCust', 'memo', payment.memo)}{optional('tranCust', 'checkNum', payment.check_number)}"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:exchangeRate>{payment.exchange_rate:f}</tranCust:exchangeRate>"
        '<tranCust:account internalId="107"><platformCore:name>1010 Operating Bank</platformCore:name>'
        f"</tranCust:account><tranCust:total>{amount}</tranCust:total>"
        f"<tranCust:subsidiary{writer.subsidiaries[payment.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:applied>{writer.amount(payment.amount_minor - unapplied, currency)}</tranCust:applied>"
        f"<tranCust:unapplied>{writer.amount(unapplied, currency)}</tranCust:unapplied>"
        f"<tranCust:status>Deposited</tranCust:status>{_applied(payment, writer) if full else ''}</platformCore:record>"
    )


def _applied(payment: Payment, writer: Writer) -> str:
    parts = "".join(_application(applied, payment, writer) for applied in payment.applications)
    return f"<tranCust:applyList>{parts}</tranCust:applyList>"


def _application(applied: Application, payment: Payment, writer: Writer) -> str:
    invoice = writer.ledger.invoices.get(applied.invoice_id)
    if invoice is None:
        return ""
    currency = payment.currency
    return (
        f"<tranCust:apply><tranCust:apply>true</tranCust:apply><tranCust:doc>{invoice.id}</tranCust:doc>"
        f"<tranCust:line>0</tranCust:line><tranCust:applyDate>{writer.calendar.day(invoice.invoice_date)}"
        f"</tranCust:applyDate><tranCust:type>Invoice</tranCust:type><tranCust:refNum>{text(invoice.number)}"
        f"</tranCust:refNum><tranCust:total>{writer.amount(invoice.total_minor, currency)}</tranCust:total>"
        f"<tranCust:due>{writer.amount(invoice.open_minor, currency)}</tranCust:due>"
        f"<tranCust:currency>{writer.currency_names[currency]}</tranCust:currency>"
        f"<tranCust:amount>{writer.amount(applied.amount_minor, currency)}</tranCust:amount></tranCust:apply>"
    )
