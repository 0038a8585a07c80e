"""Payments, deposits, credit memos and sales orders on the wire."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.ledger import Kind, Ledger, drawing, hands
from sandbox.ledger.balances import balance
from sandbox.ledger.transactions import OrderStatus
from sandbox.netsuite.kinds import RECORD_TYPES, TRANSACTIONS
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, ids

ABC = 1002


async def only(soap: SoapClient, record_id: int, transaction_type: str, **preferences: Any) -> Any:
    """The one record with this id, with its lists unless said otherwise."""
    search = soap.transactions(types=(transaction_type,), internalId=soap.refs(record_id))
    (record,) = (await soap.search(search, **{"bodyFieldsOnly": False, **preferences})).recordList.record
    return record


class TestEveryType:
    @pytest.mark.parametrize("transaction_type", list(TRANSACTIONS))
    async def test_search_by_type_gives_the_whole_ledger(
        self, soap: SoapClient, ledger: Ledger, transaction_type: str
    ) -> None:
        found = await soap.search(soap.transactions(types=(transaction_type,)))
        assert ids(found) == list(ledger.records(TRANSACTIONS[transaction_type]))

    @pytest.mark.parametrize("transaction_type", list(TRANSACTIONS))
    async def test_window_of_changes(
        self, soap: SoapClient, ledger: Ledger, clock: Clock, transaction_type: str
    ) -> None:
        kind = TRANSACTIONS[transaction_type]
        changed = max(ledger.records(kind))
        clock.pass_(minutes=5)
        ledger.edit(kind, changed, memo="Changed")
        within = soap.dates("within", clock.at, clock.at)
        found = await soap.search(soap.transactions(types=(transaction_type,), lastModifiedDate=within))
        assert [(int(record.internalId), record.memo) for record in found.recordList.record] == [(changed, "Changed")]

    async def test_lists_are_left_out_of_the_body(self, soap: SoapClient, ledger: Ledger) -> None:
        types = ("_customerPayment", "_customerDeposit", "_creditMemo")
        found = await soap.search(soap.transactions(types=types))
        assert {record.applyList for record in found.recordList.record} == {None}
        orders = await soap.search(soap.transactions(types=("_salesOrder",)))
        assert {record.itemList for record in orders.recordList.record} == {None}
        assert orders.totalRecords == len(ledger.records(Kind.SALES_ORDER))

    async def test_without_main_line_a_payment_comes_once_more_for_each_invoice(
        self, soap: SoapClient, ledger: Ledger
    ) -> None:
        payment = next(one for one in ledger.payments.values() if len(one.applications) > 1)
        by_id = soap.refs(payment.id)
        rows = await soap.search(soap.transactions(types=("_customerPayment",), internalId=by_id, mainLine=None))
        assert rows.totalRecords == 1 + len(payment.applications)


class TestPayment:
    async def test_says_what_it_settled(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        payment = hands.apply(ledger, hands.take_payment(ledger, ABC, 12_345), invoice.id, 9_800, discount_minor=200)
        record = await only(soap, payment.id, "_customerPayment")
        assert (record.payment, record.total, record.applied, record.unapplied) == (123.45, 123.45, 98.0, 25.45)
        assert (record.status, record.undepFunds, record.arAcct.internalId) == ("Deposited", False, "122")
        (row,) = [row for row in record.applyList.apply if row.apply]
        assert (row.doc, row.type, row.refNum, row.apply) == (invoice.id, "Invoice", invoice.number, True)
        assert (row.total, row.due, row.amount, row.disc) == (100.0, 0.0, 98.0, 2.0)
        assert row.applyDate.date() == invoice.invoice_date

    async def test_names_what_it_could_still_settle(self, soap: SoapClient, ledger: Ledger) -> None:
        settled, other = (ledger.add_invoice(ABC, total_minor=10_000) for _ in range(2))
        ledger.add_invoice(ABC, total_minor=10_000, currency="JPY")
        payment = hands.apply(ledger, hands.take_payment(ledger, ABC, 12_000), settled.id, 10_000)
        rows = (await only(soap, payment.id, "_customerPayment")).applyList.apply
        owed = [one.id for one in ledger.invoices_of(ABC) if one.open_minor and one.currency == "USD"]
        assert [row.doc for row in rows if not row.apply] == owed
        assert other.id in owed
        assert {row.amount for row in rows if not row.apply} == {0}
        spent = hands.apply(ledger, payment, other.id, 2_000)
        rows = (await only(soap, spent.id, "_customerPayment")).applyList.apply
        assert [row.doc for row in rows] == [settled.id, other.id]

    async def test_reversed_one_is_voided_at_zero(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        payment = ledger.pay_invoice(invoice.id)
        hands.reverse_payment(ledger, payment.id)
        record = await only(soap, payment.id, "_customerPayment")
        assert (record.status, record.payment, record.applied) == ("Voided", 0, 0)
        assert record.applyList is None
        voided = soap.transactions(types=("_customerPayment",), voided=soap.flag(True))
        assert ids(await soap.search(voided)) == [payment.id]
        assert (await only(soap, invoice.id, "_invoice")).amountRemaining == 100

    async def test_search_by_status(self, soap: SoapClient, ledger: Ledger) -> None:
        waiting = hands.take_payment(ledger, ABC, 100, is_undeposited=True)
        found = await soap.search(
            soap.transactions(types=("_customerPayment",), status=soap.any_of("_paymentNotDeposited"))
        )
        assert waiting.id in ids(found)
        assert {record.status for record in found.recordList.record} == {"Not Deposited"}
        assert {record.account.name for record in found.recordList.record} == {"1090 Undeposited Funds"}


class TestCustomerDeposit:
    async def test_says_its_order_and_what_was_drawn_from_it(self, soap: SoapClient, ledger: Ledger) -> None:
        order = hands.place_order(ledger, ABC, 50_000)
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        deposit = hands.take_deposit(ledger, ABC, 3_000, order_id=order.id)
        deposit = hands.apply(ledger, deposit, invoice.id, 1_000)
        record = await only(soap, deposit.id, "_customerDeposit")
        assert (record.payment, record.status, record.customer.internalId) == (30.0, "Deposited", str(ABC))
        assert record.salesOrder.internalId == str(order.id)
        (row,) = record.applyList.customerDepositApply
        (drawn,) = ledger.records_of(Kind.DEPOSIT_APPLICATION, ABC)
        assert (row.doc, row.type, row.refNum, row.amount, row.total) == (
            drawn.id, "Deposit Application", drawn.number, 10.0, 10.0,
        )  # fmt: skip
        assert (await only(soap, invoice.id, "_invoice")).amountRemaining == 90

    async def test_used_up_and_cancelled(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        used = hands.apply(ledger, hands.take_deposit(ledger, ABC, 500), invoice.id, 500)
        cancelled = hands.cancel_deposit(ledger, hands.take_deposit(ledger, ABC, 500).id)
        assert (await only(soap, used.id, "_customerDeposit")).status == "Fully Applied"
        assert (await only(soap, cancelled.id, "_customerDeposit")).status == "Cancelled"


class TestDepositApplication:
    async def test_says_its_deposit_and_what_it_settled(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        deposit = hands.apply(ledger, hands.take_deposit(ledger, ABC, 3_000), invoice.id, 1_000)
        (drawn,) = ledger.records_of(Kind.DEPOSIT_APPLICATION, ABC)
        record = await only(soap, drawn.id, "_depositApplication")
        assert (record.deposit.internalId, record.customer.internalId) == (str(deposit.id), str(ABC))
        assert (record.total, record.applied, record.unapplied, record.status) == (10, 10, 0, "Fully Applied")
        (row,) = record.applyList.apply
        assert (row.doc, row.refNum, row.amount, row.total) == (invoice.id, invoice.number, 10, 100)

    async def test_what_is_taken_off_its_invoice_stays_in_it(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        hands.apply(ledger, hands.take_deposit(ledger, ABC, 3_000), invoice.id, 1_000)
        (drawn,) = ledger.records_of(Kind.DEPOSIT_APPLICATION, ABC)
        before = balance(ledger, ABC)
        drawing.release_application(ledger, drawn.id)
        record = await only(soap, drawn.id, "_depositApplication")
        assert (record.applied, record.unapplied, record.status) == (0, 10, "Unapplied")
        assert balance(ledger, ABC) == before


class TestCustomerRefund:
    async def test_says_what_it_paid_back(self, soap: SoapClient, ledger: Ledger) -> None:
        memo = hands.issue_credit_memo(ledger, ABC, 5_000)
        deposit = hands.take_deposit(ledger, ABC, 3_000)
        of_memo = drawing.refund(ledger, ABC, 2_000, memo)
        of_deposit = drawing.refund(ledger, ABC, 1_000, deposit)
        record = await only(soap, of_memo.id, "_customerRefund")
        (row,) = record.applyList.apply
        assert (record.total, row.doc, row.refNum, row.amount) == (20, memo.id, memo.number, 20)
        (drawn,) = (await only(soap, of_deposit.id, "_customerRefund")).depositList.customerRefundDeposit
        assert (drawn.doc, drawn.refNum, drawn.amount) == (deposit.id, deposit.number, 10)
        assert (await only(soap, memo.id, "_creditMemo")).unapplied == 30

    async def test_of_nothing_is_owed_again(self, ledger: Ledger) -> None:
        before = balance(ledger, ABC)
        memo = hands.issue_credit_memo(ledger, ABC, 5_000)
        drawing.refund(ledger, ABC, 5_000, memo)
        assert balance(ledger, ABC) == before
        drawing.refund(ledger, ABC, 700)
        assert balance(ledger, ABC) == before + 700
        with pytest.raises(ValueError, match="unapplied"):
            drawing.refund(ledger, ABC, 1, ledger.records(Kind.CREDIT_MEMO)[memo.id])


class TestCreditMemo:
    async def test_says_where_it_comes_from_and_what_is_left(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        memo = hands.issue_credit_memo(ledger, ABC, 4_000, invoice_id=invoice.id, memo="Damaged <goods>")
        memo = hands.apply(ledger, memo, invoice.id, 1_500)
        record = await only(soap, memo.id, "_creditMemo")
        assert (record.total, record.applied, record.unapplied, record.amountRemaining) == (40, 15, 25, 25)
        assert (record.status, record.memo, record.entity.internalId) == ("Open", "Damaged <goods>", str(ABC))
        assert (record.createdFrom.internalId, record.createdFrom.name) == (
            str(invoice.id), f"Invoice #{invoice.number}",
        )  # fmt: skip
        (row,) = [row for row in record.applyList.apply if row.apply]
        assert (row.doc, row.amount, row.due) == (invoice.id, 15, 85)
        assert record.itemList.item[0].amount == 40

    async def test_applied_and_voided_ones_can_be_searched(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(ABC, total_minor=10_000)
        memo = hands.apply(ledger, hands.issue_credit_memo(ledger, ABC, 900), invoice.id, 900)
        voided = hands.void_credit_memo(ledger, hands.issue_credit_memo(ledger, ABC, 700).id)
        for status, expected in (("_creditMemoFullyApplied", memo.id), ("_creditMemoVoided", voided.id)):
            found = await soap.search(soap.transactions(types=("_creditMemo",), status=soap.any_of(status)))
            assert expected in ids(found)


class TestSalesOrder:
    async def test_says_its_status_twice_and_its_lines(self, soap: SoapClient, ledger: Ledger) -> None:
        order = hands.place_order(ledger, ABC, 90_000, status=OrderStatus.PENDING_BILLING, po_number="PO-77")
        record = await only(soap, order.id, "_salesOrder")
        assert (record.orderStatus, record.status) == ("_pendingBilling", "Pending Billing")
        assert (record.otherRefNum, record.total, record.terms.internalId) == ("PO-77", 900, str(order.terms_id))
        assert record.itemList.item[0].amount == 900

    async def test_invoice_names_the_order_that_it_bills(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = next(one for one in ledger.invoices.values() if one.order_id)
        order = ledger.records(Kind.SALES_ORDER)[invoice.order_id or 0]
        record = await only(soap, invoice.id, "_invoice")
        assert (record.createdFrom.internalId, record.createdFrom.name) == (
            str(order.id), f"Sales Order #{order.number}",
        )  # fmt: skip

    async def test_search_by_status(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(soap.transactions(types=("_salesOrder",), status=soap.any_of("_salesOrderBilled")))
        billed = [one.id for one in ledger.records(Kind.SALES_ORDER).values() if one.status is OrderStatus.BILLED]
        assert ids(found) == billed


class TestDeletions:
    @pytest.mark.parametrize("kind", TRANSACTIONS.values())
    async def test_deleted_transaction_is_listed_with_its_type(
        self, soap: SoapClient, ledger: Ledger, kind: Kind
    ) -> None:
        held = ledger.records(kind)
        # With a deposit what was drawn from it is deleted, too.
        gone = ledger.delete(kind, max(one for one in held if not getattr(held[one], "drawn_minor", 0)))
        since = soap.dates("onOrAfter", datetime(2026, 11, 1, tzinfo=UTC))
        asked = soap.make("core.GetDeletedFilter", deletedDate=since)
        result = (await soap.call("getDeleted", getDeletedFilter=asked, pageIndex=1)).getDeletedResult
        (deleted,) = result.deletedRecordList.deletedRecord
        assert (deleted.record.type, deleted.record.internalId) == (RECORD_TYPES[kind], str(gone.id))


class TestBalances:
    async def test_balance_is_open_invoices_less_what_is_unapplied(self, soap: SoapClient, ledger: Ledger) -> None:
        before = await balances(soap, ABC)
        hands.take_payment(ledger, ABC, 700)
        hands.issue_credit_memo(ledger, ABC, 300)
        hands.take_deposit(ledger, ABC, 5_000)
        after = await balances(soap, ABC)
        assert after["balance"] == before["balance"] - 10
        assert after["depositBalance"] == before["depositBalance"] + 50
        assert after["overdueBalance"] == before["overdueBalance"]

    async def test_journal_entry_moves_a_balance_by_what_is_open_of_it(self, soap: SoapClient, ledger: Ledger) -> None:
        before = await balances(soap, ABC)
        hands.post_journal_entry(ledger, ABC, 12_345)
        assert (await balances(soap, ABC))["balance"] == before["balance"] + Decimal("123.45")
        credit, invoice = hands.post_journal_entry(ledger, ABC, -1_000), ledger.add_invoice(ABC, total_minor=600)
        drawing.settle_journal_entry(ledger, credit.id, invoice.id, 600)
        assert (await balances(soap, ABC))["balance"] == before["balance"] + Decimal("119.45")
        record = await only(soap, credit.id, "_journal")
        lines = [(line.debit, line.credit, line.entity and line.entity.internalId) for line in record.lineList.line]
        assert lines == [(10, None, None), (None, 10, str(ABC))]
        assert ids(await soap.search(soap.transactions(type=None, entity=soap.refs(ABC)))) == [
            record.id for kind in TRANSACTIONS.values() for record in ledger.records_of(kind, ABC)
        ]

    async def test_each_currency_is_told_apart_in_the_list(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.add_invoice(ABC, total_minor=9_000, currency="JPY")
        hands.take_payment(ledger, ABC, 4_000, currency="JPY")
        body = await soap.call("get", baseRef=soap.ref("customer", ABC))
        own, yen = body.readResponse.record.currencyList.currency
        assert (yen.currency.internalId, yen.balance, yen.overdueBalance) == ("5", 5_000, 0)
        assert Decimal(str(own.balance)) == Decimal(balance(ledger, ABC, "USD")).scaleb(-2)


async def balances(soap: SoapClient, customer_id: int) -> dict[str, Decimal]:
    names = ("balance", "depositBalance", "overdueBalance")
    columns = {name: [soap.make("core.SearchColumnDoubleField")] for name in names}
    advanced = soap.make(
        "relationships.CustomerSearchAdvanced",
        criteria=soap.customers(internalId=soap.refs(customer_id)),
        columns=soap.make(
            "relationships.CustomerSearchRow", basic=soap.make("common.CustomerSearchRowBasic", **columns)
        ),
    )
    (row,) = (await soap.search(advanced)).searchRowList.searchRow
    return {name: Decimal(str(getattr(row.basic, name)[0].searchValue)) for name in names}
