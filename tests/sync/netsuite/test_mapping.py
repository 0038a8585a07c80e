import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.invoices import InvoiceStatus
from store.money import Money
from sync.connectors.netsuite.mapping import Account, customer, invoice, source_id_of
from sync.connectors.netsuite.values import UnreadableFieldError

SEEN = datetime(2026, 11, 22, 9, tzinfo=UTC)
ACCOUNT = Account(
    app_address="https://tstdrv1.app.netsuite.com",
    zone=ZoneInfo("America/New_York"),
    currencies={"1": "USD", "3": "JPY"},
    currency=None,
    seen_at=SEEN,
)


def customer_tree(**fields: Any) -> dict[str, Any]:
    tree = {
        "@internalId": "17",
        "@type": "Customer",
        "entityId": "C17",
        "companyName": "Sun Microsystems",
        "currency": {"@internalId": "1", "name": "US Dollar"},
        "lastModifiedDate": "2026-11-20T10:00:00.000-08:00",
    }
    return tree | fields


def invoice_tree(**fields: Any) -> dict[str, Any]:
    tree = {
        "@internalId": "900",
        "@type": "Invoice",
        "tranId": "INV-12345",
        "entity": {"@internalId": "17", "name": "Sun Microsystems"},
        "currency": {"@internalId": "1"},
        "tranDate": "2026-10-19T21:00:00.000-07:00",
        "dueDate": "2026-11-18T21:00:00.000-08:00",
        "total": "150.0",
        "amountRemaining": "150.0",
        "status": "Open",
        "lastModifiedDate": "2026-11-20T10:00:00.000-08:00",
    }
    return tree | fields


class TestCustomer:
    def test_carries_identity_provenance_and_link(self) -> None:
        found = customer(customer_tree(parent={"@internalId": "5"}), ACCOUNT)
        assert (found.id, found.origin, found.source_id) == ("netsuite:customer:17", "netsuite", "17")
        assert (found.number, found.name, found.parent_id) == ("C17", "Sun Microsystems", "netsuite:customer:5")
        assert found.source_changed_at == datetime(2026, 11, 20, 18, tzinfo=UTC)
        assert found.seen_at == SEEN
        assert found.url == "https://tstdrv1.app.netsuite.com/app/common/entity/custjob.nl?id=17"

    def test_takes_over_terms_people_and_credit(self) -> None:
        found = customer(
            customer_tree(
                terms={"@internalId": "4", "name": "Net 30"},
                salesRep={"@internalId": "8", "name": "Ann Lee"},
                subsidiary={"@internalId": "1", "name": "HQ"},
                category={"@internalId": "2", "name": "Enterprise"},
                creditLimit="5000.5",
                creditHoldOverride="_on",
                isInactive="true",
            ),
            ACCOUNT,
        )
        assert (found.payment_terms, found.sales_rep) == ("Net 30", "Ann Lee")
        assert (found.subsidiary, found.category) == ("HQ", "Enterprise")
        assert found.credit_limit == Money(currency="USD", minor=500050)
        assert (found.on_credit_hold, found.is_inactive) == (True, True)

    @pytest.mark.parametrize(("value", "expected"), [("_on", True), ("_off", False), ("_auto", None), (None, None)])
    def test_automatic_credit_hold_is_unknown(self, value: str | None, *, expected: bool | None) -> None:
        assert customer(customer_tree(creditHoldOverride=value), ACCOUNT).on_credit_hold is expected

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"isPerson": "true", "firstName": "Ada", "lastName": "Byron", "companyName": "x"}, "Ada Byron"),
            ({"companyName": None, "altName": "Alt"}, "Alt"),
            ({"companyName": None}, "C17"),
        ],
    )
    def test_is_named_as_people_know_it(self, fields: dict[str, Any], name: str) -> None:
        assert customer(customer_tree(**fields), ACCOUNT).name == name

    def test_never_keeps_secrets_and_cards(self) -> None:
        tree = customer_tree(
            password="hunter2",
            password2="hunter2",
            creditCardsList={"creditCards": {"ccNumber": "4111111111111111"}},
            comments="VIP",
        )
        kept = customer(tree, ACCOUNT).extra_json
        assert json.loads(kept) == {"comments": "VIP"}

    def test_is_the_same_whether_read_in_a_page_or_alone(self) -> None:
        alone = customer_tree(addressbookList={"addressbook": {"label": "HQ"}})
        assert customer(alone, ACCOUNT) == customer(customer_tree(), ACCOUNT)

    def test_without_any_name_or_id_is_broken(self) -> None:
        with pytest.raises(UnreadableFieldError, match="companyName: is missing"):
            customer({"@internalId": "1"}, ACCOUNT)
        with pytest.raises(UnreadableFieldError, match="internalId: is missing"):
            customer({"companyName": "x"}, ACCOUNT)


class TestInvoice:
    def test_carries_identity_dates_and_amounts(self) -> None:
        found = invoice(invoice_tree(otherRefNum="PO 7", memo="thanks", exchangeRate="1.0"), ACCOUNT)
        assert (found.id, found.number, found.customer_id) == (
            "netsuite:invoice:900",
            "INV-12345",
            "netsuite:customer:17",
        )
        assert (found.invoice_date, found.due_date) == (date(2026, 10, 20), date(2026, 11, 19))
        assert found.total == found.open_balance == Money(currency="USD", minor=15000)
        assert (found.po_number, found.memo, found.exchange_rate) == ("PO 7", "thanks", "1.0")
        assert found.url == "https://tstdrv1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=900"

    @pytest.mark.parametrize(
        ("status", "remaining", "expected"),
        [
            ("Open", "150.0", InvoiceStatus.OPEN),
            ("Open", "50.0", InvoiceStatus.PARTIALLY_PAID),
            ("Paid In Full", "0.0", InvoiceStatus.PAID),
            ("Pending Approval", "150.0", InvoiceStatus.PENDING),
            ("Rejected", "150.0", InvoiceStatus.PENDING),
            ("Voided", "0.0", InvoiceStatus.VOIDED),
            ("Offen", "150.0", InvoiceStatus.OPEN),
            ("Vollständig bezahlt", "0.0", InvoiceStatus.PAID),
            (None, "150.0", InvoiceStatus.OPEN),
        ],
    )
    def test_status_in_any_language(self, status: str | None, remaining: str, expected: InvoiceStatus) -> None:
        assert invoice(invoice_tree(status=status, amountRemaining=remaining), ACCOUNT).status is expected

    def test_a_missing_open_balance_is_what_was_not_paid(self) -> None:
        found = invoice(invoice_tree(amountRemaining=None, amountPaid="100.0"), ACCOUNT)
        assert found.open_balance == Money(currency="USD", minor=5000)
        assert invoice(invoice_tree(amountRemaining=None, status="Paid In Full"), ACCOUNT).open_balance.minor == 0

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"total": None}, "total: is missing"),
            ({"total": "1O0"}, "total: «1O0»"),
            ({"amountRemaining": None}, "amountRemaining: is missing"),
            ({"dueDate": "soon"}, "dueDate: «soon»"),
            ({"tranId": None}, "tranId: is missing"),
            ({"currency": {"@internalId": "99"}}, "currency: «99»"),
            ({"currency": None}, "currency: is missing"),
            ({"total": "10.5", "currency": {"@internalId": "3"}}, "total: .*JPY"),
        ],
    )
    def test_what_cannot_be_read_names_field_and_value(self, fields: dict[str, Any], message: str) -> None:
        with pytest.raises(UnreadableFieldError, match=message):
            invoice(invoice_tree(**fields), ACCOUNT)

    def test_keeps_its_lines_in_order(self) -> None:
        items = [
            {
                "item": {"@internalId": "2", "name": "Server"},
                "description": "Rack",
                "quantity": "2.0",
                "amount": "9.5",
            },
            {"item": {"@internalId": "3", "name": "Note"}},
        ]
        found = invoice(invoice_tree(itemList={"item": items}), ACCOUNT)
        assert [(line.line_number, line.item, line.quantity, line.amount.minor) for line in found.lines] == [
            (1, "Server", "2.0", 950),
            (2, "Note", None, 0),
        ]

    def test_keeps_what_has_no_field_of_its_own(self) -> None:
        found = invoice(invoice_tree(department={"@internalId": "3", "name": "Sales"}), ACCOUNT)
        assert json.loads(found.extra_json) == {"department": {"@internalId": "3", "name": "Sales"}, "status": "Open"}

    def test_an_account_with_one_currency_needs_none_on_the_record(self) -> None:
        single = Account(app_address="", zone=ACCOUNT.zone, currencies={}, currency="EUR", seen_at=SEEN)
        assert invoice(invoice_tree(currency=None), single).total.currency == "EUR"


def test_source_id_of_a_record_without_one() -> None:
    assert (source_id_of({"@internalId": "4"}), source_id_of({})) == ("4", "?")
