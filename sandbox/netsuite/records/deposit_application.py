"""What was drawn from a deposit, as tranCust:DepositApplication."""

from sandbox.ledger import Kind
from sandbox.ledger.transactions import DepositApplication
from sandbox.netsuite.records.applications import drawn_applications
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional, ref_body, reference
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text


def deposit_application_xml(one: DepositApplication, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; the invoices that it settles only when `full`."""
    instant, currency, unapplied = writer.calendar.instant, one.currency, one.unapplied_minor
    return (
        f"{writer.opening('tranCust', 'customers', 'DepositApplication', one.id)}"
        f"<tranCust:createdDate>{instant(one.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(one.last_modified)}</tranCust:lastModifiedDate>"
        f"<tranCust:arAcct{writer.receivables}</tranCust:arAcct>"
        f"<tranCust:status>{status_of(one).text}</tranCust:status>"
        f"<tranCust:customer{writer.customer_ref(one.customer_id)}</tranCust:customer>"
        f"<tranCust:tranDate>{writer.calendar.day(one.application_date)}</tranCust:tranDate>"
        f"<tranCust:postingPeriod{posting_period(one.application_date)}</tranCust:postingPeriod>"
        f"{_deposit(one, writer)}<tranCust:depDate>{writer.calendar.day(one.deposit_date)}</tranCust:depDate>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:exchangeRate>{one.exchange_rate:f}</tranCust:exchangeRate>"
        f"{optional('tranCust', 'memo', one.memo)}"
        f"<tranCust:subsidiary{writer.subsidiaries[one.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:total>{writer.amount(one.total_minor, currency)}</tranCust:total>"
        f"<tranCust:applied>{writer.amount(one.total_minor - unapplied, currency)}</tranCust:applied>"
        f"<tranCust:unapplied>{writer.amount(unapplied, currency)}</tranCust:unapplied>"
        f"<tranCust:tranId>{text(one.number)}</tranCust:tranId>"
        f"{drawn_applications(one, writer) if full else ''}</platformCore:record>"
    )


def _deposit(one: DepositApplication, writer: Writer) -> str:
    deposit = writer.ledger.records(Kind.CUSTOMER_DEPOSIT)[one.deposit_id]
    return reference("tranCust:deposit", ref_body(deposit.id, f"Customer Deposit #{deposit.number}"))
