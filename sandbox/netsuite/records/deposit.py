"""Money that a customer paid ahead, as tranCust:CustomerDeposit, which says its total as `payment` alone."""

from sandbox.ledger.transactions import CustomerDeposit
from sandbox.netsuite.records.applications import deposit_applications
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import boolean, text


def deposit_xml(deposit: CustomerDeposit, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; the invoices that it settles only when `full`."""
    instant, currency = writer.calendar.instant, deposit.currency
    return (
        f"{writer.opening('tranCust', 'customers', 'CustomerDeposit', deposit.id)}"
        f"<tranCust:createdDate>{instant(deposit.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(deposit.last_modified)}</tranCust:lastModifiedDate>"
        f"<tranCust:status>{status_of(deposit).text}</tranCust:status>"
        f"<tranCust:customer{writer.customer_ref(deposit.customer_id)}</tranCust:customer>"
        f"{writer.order_ref('tranCust:salesOrder', deposit.order_id)}"
        f"<tranCust:payment>{writer.amount(deposit.amount_minor, currency)}</tranCust:payment>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:tranDate>{writer.calendar.day(deposit.deposit_date)}</tranCust:tranDate>"
        f"<tranCust:postingPeriod{posting_period(deposit.deposit_date)}</tranCust:postingPeriod>"
        f"{optional('tranCust', 'memo', deposit.memo)}"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:exchangeRate>{deposit.exchange_rate:f}</tranCust:exchangeRate>"
        f"{optional('tranCust', 'checkNum', deposit.check_number)}"
        f"<tranCust:subsidiary{writer.subsidiaries[deposit.subsidiary_id]}</tranCust:subsidiary>"
        f"<tranCust:account{writer.money_account(deposit.is_undeposited)}</tranCust:account>"
        f"<tranCust:undepFunds>{boolean(deposit.is_undeposited)}</tranCust:undepFunds>"
        f"<tranCust:tranId>{text(deposit.number)}</tranCust:tranId>"
        f"{deposit_applications(deposit, writer) if full else ''}</platformCore:record>"
    )
