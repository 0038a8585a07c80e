"""A customer's payment, as tranCust:CustomerPayment."""

from sandbox.ledger.records import Payment
from sandbox.netsuite.records.applications import payment_applications
from sandbox.netsuite.records.defaults import CARD_FLAGS, PAYMENT_FORM, payment_method
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import boolean, text


def payment_xml(payment: Payment, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; the invoices that it settles only when `full`."""
    instant, currency = writer.calendar.instant, payment.currency
    amount = writer.amount(payment.amount_minor, currency)
    unapplied = payment.unapplied_minor
    return (
        f"{writer.opening('tranCust', 'customers', 'CustomerPayment', payment.id)}"
        f"<tranCust:createdDate>{instant(payment.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(payment.last_modified)}</tranCust:lastModifiedDate>"
        f"{PAYMENT_FORM}<tranCust:arAcct{writer.receivables}</tranCust:arAcct>"
        f"<tranCust:customer{writer.customer_ref(payment.customer_id)}</tranCust:customer>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:payment>{amount}</tranCust:payment><tranCust:autoApply>false</tranCust:autoApply>"
        f"<tranCust:tranDate>{writer.calendar.day(payment.payment_date)}</tranCust:tranDate>"
        f"<tranCust:tranId>{text(payment.number)}</tranCust:tranId>"
        f"<tranCust:postingPeriod{posting_period(payment.payment_date)}</tranCust:postingPeriod>"
        f"{payment_method(payment.check_number)}{optional('tranCust', 'memo', payment.memo)}"
        "<tranCust:ccProcessAsPurchaseCard>false</tranCust:ccProcessAsPurchaseCard>"
        f"{optional('tranCust', 'checkNum', payment.check_number)}"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:exchangeRate>{payment.exchange_rate:f}</tranCust:exchangeRate>{CARD_FLAGS}"
        f"<tranCust:undepFunds>{boolean(payment.is_undeposited)}</tranCust:undepFunds>"
        f"<tranCust:account{writer.money_account(payment.is_undeposited)}</tranCust:account>"
        f"<tranCust:total>{amount}</tranCust:total>"
        f"<tranCust:subsidiary{writer.subsidiaries[payment.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:applied>{writer.amount(payment.amount_minor - unapplied, currency)}</tranCust:applied>"
        f"<tranCust:unapplied>{writer.amount(unapplied, currency)}</tranCust:unapplied>"
        f"<tranCust:status>{status_of(payment).text}</tranCust:status>"
        f"{payment_applications(payment, writer) if full else ''}</platformCore:record>"
    )
