"""Payments, deposits and credit memos: what was applied, what is not, and what counts for nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from store.invoices import InvoiceStatus
from store.money import Money
from store.payments import PaymentKind
from store.records import record_id
from sync.connectors.netsuite.mapping import (
    credit_memo,
    deposit_application,
    invoice,
    journal_entry,
    merged,
    payment,
    refund,
    with_known,
)
from sync.connectors.netsuite.values import UnreadableFieldError
from tests.sync.netsuite.trees import (
    ACCOUNT,
    applied,
    credit_memo_tree,
    deposit_application_tree,
    deposit_tree,
    invoice_tree,
    journal_row,
    payment_tree,
    refund_tree,
)


def usd(minor: int) -> Money:
    return Money(currency="USD", minor=minor)


class TestPayment:
    def test_carries_identity_amounts_and_what_it_settled(self) -> None:
        found = payment(payment_tree(), ACCOUNT)
        assert (found.id, found.number, found.kind) == ("netsuite:payment:5000", "T-5000", PaymentKind.PAYMENT)
        assert (found.customer_id, found.payment_date) == ("netsuite:customer:17", date(2026, 10, 20))
        assert (found.total, found.unapplied) == (usd(150_00), usd(50_00))
        assert (found.account, found.check_number, found.status) == ("Chase 1234", "4711", "Deposited")
        (settled,) = found.applications
        assert (settled.applied_to, settled.number, settled.amount) == ("netsuite:invoice:900", "INV-900", usd(100_00))
        assert (settled.discount, settled.applied_on) == (usd(2_00), date(2026, 10, 20))
        assert found.url == "https://tstdrv1.app.netsuite.com/app/accounting/transactions/custpymt.nl?id=5000"

    def test_what_it_could_have_been_applied_to_is_no_application(self) -> None:
        offered = [applied("900", "0.0", apply="false"), applied("901", "5.0"), applied("902", "0.0", apply="false")]
        found = payment(payment_tree(applyList={"apply": offered}), ACCOUNT)
        assert [(one.line_number, one.number) for one in found.applications] == [(1, "INV-901")]

    def test_a_deposit_says_what_is_unapplied_by_what_is(self) -> None:
        found = payment(deposit_tree(), ACCOUNT)
        assert (found.kind, found.total, found.unapplied) == (PaymentKind.DEPOSIT, usd(80_00), usd(50_00))
        # Its applications tell, which are records of their own.
        assert found.applications == ()
        assert found.url is not None
        assert "custdep" in found.url

    def test_a_status_tells_it_where_the_list_of_what_was_drawn_does_not(self) -> None:
        assert payment(deposit_tree(applyList=None, status="Fully Applied"), ACCOUNT).unapplied == usd(0)
        assert payment(deposit_tree(status="Fully Applied"), ACCOUNT).unapplied == usd(50_00)

    def test_a_deposit_that_nothing_was_applied_of_is_unapplied_whole(self) -> None:
        assert payment(deposit_tree(applyList=None), ACCOUNT).unapplied == usd(80_00)

    @pytest.mark.parametrize(("changes", "expected"), [({"applied": "40.0"}, 110_00), ({"applied": None}, 50_00)])
    def test_a_missing_unapplied_amount_is_what_was_not_applied(self, changes: dict[str, Any], expected: int) -> None:
        assert payment(payment_tree(unapplied=None, **changes), ACCOUNT).unapplied == usd(expected)

    @pytest.mark.parametrize("status", ["Voided", "Cancelled"])
    def test_a_voided_one_counts_for_nothing(self, status: str) -> None:
        found = payment(payment_tree(status=status), ACCOUNT)
        assert (found.is_voided, found.unapplied, found.total) == (True, usd(0), usd(150_00))

    def test_a_search_tells_a_voided_one_in_any_language(self) -> None:
        tree = payment_tree(status="Storniert")
        assert not payment(tree, ACCOUNT).is_voided
        assert payment(tree, replace(ACCOUNT, marked=frozenset({"5000"}))).is_voided

    def test_amounts_are_in_its_own_currency(self) -> None:
        tree = payment_tree(currency={"@internalId": "3"}, payment="1500", unapplied="500", applyList=None)
        found = payment(tree, ACCOUNT)
        assert (found.total, found.unapplied) == (
            Money(currency="JPY", minor=1500),
            Money(currency="JPY", minor=500),
        )

    def test_keeps_no_card(self) -> None:
        tree = payment_tree(ccNumber="4111111111111111", ccSecurityCode="123", ccName="A. Byron", authCode="77")
        kept = payment(tree, ACCOUNT).extra_json
        assert "4111" not in kept
        assert "Byron" not in kept
        assert "authCode" in kept

    @pytest.mark.parametrize("kind", ["Deposit", None])
    def test_of_another_type_is_told(self, kind: str | None) -> None:
        with pytest.raises(UnreadableFieldError, match="@type"):
            payment(payment_tree() | {"@type": kind}, ACCOUNT)


class TestDepositApplication:
    def test_carries_its_deposit_and_what_it_settled(self) -> None:
        found = deposit_application(deposit_application_tree(), ACCOUNT)
        assert (found.id, found.deposit_id) == ("netsuite:deposit_application:6500", "netsuite:payment:6000")
        assert (found.total, found.unapplied, found.applied_on) == (usd(30_00), usd(5_00), date(2026, 10, 20))
        assert [(one.applied_to, one.amount) for one in found.applications] == [("netsuite:invoice:900", usd(25_00))]

    def test_a_missing_total_is_what_it_is_made_of(self) -> None:
        found = deposit_application(deposit_application_tree(total=None), ACCOUNT)
        assert found.total == usd(30_00)
        assert deposit_application(deposit_application_tree(total=None, applied=None), ACCOUNT).total == usd(30_00)

    def test_a_voided_one_counts_for_nothing(self) -> None:
        found = deposit_application(deposit_application_tree(), replace(ACCOUNT, marked=frozenset({"6500"})))
        assert (found.is_voided, found.unapplied) == (True, usd(0))

    def test_without_its_deposit_it_is_told(self) -> None:
        with pytest.raises(UnreadableFieldError, match="deposit"):
            deposit_application(deposit_application_tree(deposit=None), ACCOUNT)


class TestRefund:
    def test_names_what_it_was_paid_out_of(self) -> None:
        found = refund(refund_tree(), ACCOUNT)
        assert (found.id, found.total, found.unapplied) == ("netsuite:refund:9500", usd(60_00), usd(5_00))
        assert [(one.line_number, one.applied_to) for one in found.applications] == [
            (1, "netsuite:settlement:7000"), (2, "netsuite:payment:6000"),
        ]  # fmt: skip
        known = with_known(found, {"7000": record_id("netsuite", "credit_memo", "7000")})
        assert [one.applied_to for one in known.applications] == ["netsuite:credit_memo:7000", "netsuite:payment:6000"]

    def test_a_voided_one_counts_for_nothing(self) -> None:
        assert refund(refund_tree(status="Voided"), ACCOUNT).unapplied == usd(0)


class TestJournalEntry:
    def test_a_line_moves_what_its_customer_owes(self) -> None:
        found = journal_entry(journal_row(), ACCOUNT)
        assert (found.id, found.number, found.currency) == ("netsuite:journal_entry:9000", "JE-1", "EUR")
        (line,) = found.lines
        assert (line.customer_id, line.memo) == ("netsuite:customer:17", "Write-off")
        assert (line.amount.minor, line.open_amount.minor, line.amount.currency) == (-100_00, -50_00, "EUR")

    @pytest.mark.parametrize(
        ("changes", "amount", "left"),
        [
            ({"creditAmount": None, "debitAmount": "110.0", "amount": "110.0", "fxAmount": "100.0"}, 100_00, 50_00),
            ({"amountRemaining": None}, -100_00, -100_00),
            ({"amountRemaining": "0.0"}, -100_00, 0),
            ({"amountRemaining": "110.0"}, -100_00, -100_00),
            ({"amountRemaining": "36.67"}, -100_00, -33_34),
            ({"fxAmount": None}, -110_00, -55_00),
            ({"amount": "0.0", "amountRemaining": "0.0"}, -100_00, 0),
        ],
    )
    def test_what_is_open_is_told_in_the_base_currency(self, changes: dict[str, Any], amount: int, left: int) -> None:
        (line,) = journal_entry(journal_row(**changes), ACCOUNT).lines
        assert (line.amount.minor, line.open_amount.minor) == (amount, left)

    def test_a_line_without_a_customer_is_none(self) -> None:
        assert journal_entry(journal_row(entity=None), ACCOUNT).lines == ()

    def test_rows_of_one_entry_are_its_lines(self) -> None:
        rows = [journal_row(line="7"), journal_row(line="2", entity={"@internalId": "18"}), journal_row(entity=None)]
        other = journal_row() | {"@internalId": "9001"}
        first, second = merged(journal_entry(row, ACCOUNT) for row in (*rows, other))
        assert [(line.line_number, line.customer_id[-2:]) for line in first.lines] == [(1, "18"), (2, "17")]
        assert (second.source_id, len(second.lines)) == ("9001", 1)

    @pytest.mark.parametrize("amount", ["1,5", "NaN"])
    def test_what_is_no_number_is_told(self, amount: str) -> None:
        with pytest.raises(UnreadableFieldError, match="amountRemaining"):
            journal_entry(journal_row(amountRemaining=amount), ACCOUNT)


class TestCreditMemo:
    def test_carries_identity_amounts_and_what_it_lowered(self) -> None:
        found = credit_memo(credit_memo_tree(), ACCOUNT)
        assert (found.id, found.number) == ("netsuite:credit_memo:7000", "T-7000")
        assert (found.total, found.unapplied) == (usd(70_00), usd(50_00))
        assert (found.credit_date, found.created_from) == (date(2026, 10, 20), "Invoice #INV-900")
        assert (found.memo, found.sales_rep, found.status) == ("Returned goods", "Ann Lee", "Open")
        assert [(one.applied_to, one.amount) for one in found.applications] == [("netsuite:invoice:900", usd(20_00))]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"amountRemaining": "12.0"}, 12_00),
            ({"applied": "60.0"}, 10_00),
            ({"applied": None}, 50_00),
        ],
    )
    def test_a_missing_unapplied_amount_is_what_is_left(self, changes: dict[str, Any], expected: int) -> None:
        assert credit_memo(credit_memo_tree(unapplied=None, **changes), ACCOUNT).unapplied == usd(expected)

    def test_a_voided_one_counts_for_nothing(self) -> None:
        found = credit_memo(credit_memo_tree(status="Annulé"), replace(ACCOUNT, marked=frozenset({"7000"})))
        assert (found.is_voided, found.unapplied) == (True, usd(0))


class TestInvoiceStatus:
    @pytest.mark.parametrize(
        ("approval", "status", "expected"),
        [
            ("1", "Offen", InvoiceStatus.PENDING),
            ("2", "Offen", InvoiceStatus.OPEN),
            ("3", "Abgelehnt", InvoiceStatus.PENDING),
            ("2", "Pending Approval", InvoiceStatus.OPEN),
            (None, "Pending Approval", InvoiceStatus.PENDING),
        ],
    )
    def test_an_approval_tells_it_in_any_language(
        self, approval: str | None, status: str, expected: InvoiceStatus
    ) -> None:
        tree = invoice_tree(status=status, approvalStatus=None if approval is None else {"@internalId": approval})
        assert invoice(tree, ACCOUNT).status is expected

    def test_an_approval_that_we_do_not_know_is_told(self) -> None:
        with pytest.raises(UnreadableFieldError, match="approvalStatus: «11»"):
            invoice(invoice_tree(approvalStatus={"@internalId": "11"}), ACCOUNT)

    def test_a_search_tells_a_voided_one_in_any_language(self) -> None:
        tree = invoice_tree(status="Storniert", total="0.0", amountRemaining="0.0")
        assert invoice(tree, ACCOUNT).status is InvoiceStatus.PAID
        assert invoice(tree, replace(ACCOUNT, marked=frozenset({"900"}))).status is InvoiceStatus.VOIDED

    def test_installments_are_kept_in_order(self) -> None:
        parts = [
            {"seqNum": "1", "amount": "100.0", "amountDue": "0.0", "dueDate": "2026-10-19T21:00:00.000-07:00"},
            {"seqNum": "1", "amount": "50.0", "amountDue": "50.0"},
        ]
        found = invoice(invoice_tree(installmentList={"installment": parts}), ACCOUNT).installments or ()
        assert [(one.sequence, one.amount, one.open_balance, one.due_date) for one in found] == [
            (1, usd(100_00), usd(0), date(2026, 10, 20)),
            (2, usd(50_00), usd(50_00), None),
        ]
