"""Money paid back to a customer, as tranCust:CustomerRefund."""

from collections.abc import Callable

from sandbox.ledger import Kind
from sandbox.ledger.balances import balance
from sandbox.ledger.transactions import CustomerRefund, Refunded
from sandbox.netsuite.records.invoice import posting_period
from sandbox.netsuite.records.writer import Writer, optional
from sandbox.netsuite.statuses import status_of
from sandbox.netsuite.texts import text

_NAMES = {Kind.PAYMENT: "Payment", Kind.CREDIT_MEMO: "Credit Memo"}


def refund_xml(refund: CustomerRefund, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; what it paid back only when `full`."""
    instant, currency = writer.calendar.instant, refund.currency
    return (
        f"{writer.opening('tranCust', 'customers', 'CustomerRefund', refund.id)}"
        f"<tranCust:createdDate>{instant(refund.created_at)}</tranCust:createdDate>"
        f"<tranCust:lastModifiedDate>{instant(refund.last_modified)}</tranCust:lastModifiedDate>"
        f"<tranCust:status>{status_of(refund).text}</tranCust:status>"
        f"<tranCust:customer{writer.customer_ref(refund.customer_id)}</tranCust:customer>"
        f"<tranCust:balance>{writer.amount(_balance(refund, writer), currency)}</tranCust:balance>"
        f"<tranCust:arAcct{writer.receivables}</tranCust:arAcct>"
        f"<tranCust:currencyName>{writer.currency_names[currency]}</tranCust:currencyName>"
        f"<tranCust:exchangeRate>{refund.exchange_rate:f}</tranCust:exchangeRate>"
        f"<tranCust:total>{writer.amount(refund.total_minor, currency)}</tranCust:total>"
        f"<tranCust:currency{writer.currencies[currency]}</tranCust:currency>"
        f"<tranCust:tranDate>{writer.calendar.day(refund.refund_date)}</tranCust:tranDate>"
        f"<tranCust:postingPeriod{posting_period(refund.refund_date)}</tranCust:postingPeriod>"
        f"{optional('tranCust', 'memo', refund.memo)}"
        f"<tranCust:account{writer.money_account(False)}</tranCust:account>"
        f"<tranCust:tranId>{text(refund.number)}</tranCust:tranId>"
        f"<tranCust:subsidiary{writer.subsidiaries[refund.subsidiary_id]}</tranCust:subsidiary>"
        f"{_lists(refund, writer) if full else ''}</platformCore:record>"
    )


def _balance(refund: CustomerRefund, writer: Writer) -> int:
    return balance(writer.ledger, refund.customer_id, refund.currency)


def _lists(refund: CustomerRefund, writer: Writer) -> str:
    deposits = [one for one in refund.refunded if one.kind is Kind.CUSTOMER_DEPOSIT]
    others = [one for one in refund.refunded if one.kind is not Kind.CUSTOMER_DEPOSIT]
    return (
        f"<tranCust:applyList>{_rows(others, refund, writer, _applied)}</tranCust:applyList>"
        f"<tranCust:depositList>{_rows(deposits, refund, writer, _of_deposit)}</tranCust:depositList>"
    )


def _rows(
    held: list[Refunded], refund: CustomerRefund, writer: Writer, row: Callable[[Refunded, str, str, str], str]
) -> str:
    records = ((one, writer.ledger.records(one.kind).get(one.record_id)) for one in held)
    currency = writer.currency_names[refund.currency]
    return "".join(
        row(one, record.number, writer.amount(one.amount_minor, refund.currency), currency)
        for one, record in records
        if record is not None
    )


def _applied(one: Refunded, number: str, amount: str, currency: str) -> str:
    return (
        f"<tranCust:apply><tranCust:apply>true</tranCust:apply><tranCust:doc>{one.record_id}</tranCust:doc>"
        f"<tranCust:line>0</tranCust:line><tranCust:type>{_NAMES[one.kind]}</tranCust:type>"
        f"<tranCust:refNum>{text(number)}</tranCust:refNum><tranCust:currency>{currency}</tranCust:currency>"
        f"<tranCust:amount>{amount}</tranCust:amount></tranCust:apply>"
    )


def _of_deposit(one: Refunded, number: str, amount: str, currency: str) -> str:
    return (
        f"<tranCust:customerRefundDeposit><tranCust:apply>true</tranCust:apply><tranCust:doc>{one.record_id}"
        f"</tranCust:doc><tranCust:line>0</tranCust:line><tranCust:refNum>{text(number)}</tranCust:refNum>"
        f"<tranCust:currency>{currency}</tranCust:currency><tranCust:amount>{amount}</tranCust:amount>"
        "</tranCust:customerRefundDeposit>"
    )
