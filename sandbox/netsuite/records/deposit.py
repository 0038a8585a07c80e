"""Money that a customer paid ahead, as tranCust:CustomerDeposit, which says its total as `payment` alone."""

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.transactions import CustomerDeposit, DepositApplication
from sandbox.netsuite.records.defaults import CARD_FLAGS, DEPOSIT_FORM, payment_method
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import boolean, text


def deposit_xml(deposit: CustomerDeposit, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; what was drawn from it only when `full`."""
    instant, currency = writer.calendar.instant, deposit.currency
    return (
        f"{writer.opening('tranCust', 'customers', 'CustomerDeposit', deposit.id)}"
        f"<tranCust:createdDate>{instant(deposit.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(deposit.last_modified)}</tranCust:lastModifiedDate>"
        f"<tranCust:status>{status_of(deposit).text}</tranCust:status>"
        f"<tranCust:customer{writer.customer_ref(deposit.customer_id)}</tranCust:customer>"
        f"{writer.order_ref('tranCust:salesOrder', deposit.order_id)}"
        f"{DEPOSIT_FORM}<tranCust:payment>{writer.amount(deposit.amount_minor, currency)}</tranCust:payment>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:tranDate>{writer.calendar.day(deposit.deposit_date)}</tranCust:tranDate>"
        f"<tranCust:postingPeriod{posting_period(deposit.deposit_date)}</tranCust:postingPeriod>"
        f"{payment_method(deposit.check_number)}{optional('tranCust', 'memo', deposit.memo)}"
        "<tranCust:ccProcessAsPurchaseCard>false</tranCust:ccProcessAsPurchaseCard>"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:exchangeRate>{deposit.exchange_rate:f}</tranCust:exchangeRate>"
        f"{optional('tranCust', 'checkNum', deposit.check_number)}"
        f"<tranCust:subsidiary{writer.subsidiaries[deposit.subsidiary_id]}</tranCust:subsidiary>{CARD_FLAGS}"
        f"<tranCust:account{writer.money_account(deposit.is_undeposited)}</tranCust:account>"
        f"<tranCust:undepFunds>{boolean(deposit.is_undeposited)}</tranCust:undepFunds>"
        f"<tranCust:tranId>{text(deposit.number)}</tranCust:tranId>"
        f"{_applied(deposit, writer) if full else ''}</platformCore:record>"
    )


def applications_from(deposit_id: int, ledger: Ledger) -> tuple[DepositApplication, ...]:
    """The deposit applications by which money left the deposit."""
    found = ledger.records(Kind.DEPOSIT_APPLICATION)
    return tuple(found[one] for one in ledger.indexed(Kind.DEPOSIT_APPLICATION, _deposits_of, deposit_id))


def _deposits_of(application: DepositApplication) -> tuple[int, ...]:
    return (application.deposit_id,)


def _applied(deposit: CustomerDeposit, writer: Writer) -> str:
    """A deposit is applied to deposit applications only; these say what became of the money."""
    rows = "".join(_row(one, writer) for one in applications_from(deposit.id, writer.ledger))
    return f"<tranCust:applyList>{rows}</tranCust:applyList>"


def _row(one: DepositApplication, writer: Writer) -> str:
    amount = writer.amount(one.total_minor, one.currency)
    return (
        f"<tranCust:customerDepositApply><tranCust:doc>{one.id}</tranCust:doc><tranCust:line>0</tranCust:line>"
        f"<tranCust:apply>true</tranCust:apply><tranCust:applyDate>{writer.calendar.day(one.application_date)}"
        "</tranCust:applyDate><tranCust:type>Deposit Application</tranCust:type>"
        f"<tranCust:refNum>{text(one.number)}</tranCust:refNum><tranCust:total>{amount}</tranCust:total>"
        f"<tranCust:amount>{amount}</tranCust:amount></tranCust:customerDepositApply>"
    )
