from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sandbox.ledger import Kind, Ledger, company_hands
from sandbox.ledger.company import AccountType
from sandbox.ledger.custom_fields import AppliesTo
from sandbox.ledger.records import CustomField, FieldKind
from sandbox.netsuite.rates import in_force

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ABC = 1002


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.seeded(today=TODAY, customers=3, now=lambda: NOON)


class TestCompany:
    def test_new_records_have_ids_of_their_own(self, ledger: Ledger) -> None:
        unit = company_hands.found_subsidiary(ledger, "Corvane Nordic AB", currency="SEK", country="SE")
        account = company_hands.open_account(ledger, "1050", "Krona Bank", AccountType.BANK, parent_id=106)
        employee = company_hands.hire(ledger, "Olga Lind", "olga@corvane.example")
        for kind, made in ((Kind.SUBSIDIARY, unit), (Kind.ACCOUNT, account), (Kind.EMPLOYEE, employee)):
            assert ledger.records(kind)[max(ledger.records(kind))] == made
            assert made.last_modified == NOON

    def test_rate_of_a_day_is_set_once(self, ledger: Ledger) -> None:
        first = company_hands.set_rate(ledger, "USD", "EUR", Decimal("1.2"), on=TODAY)
        second = company_hands.set_rate(ledger, "USD", "EUR", Decimal("1.3"), on=TODAY)
        assert first.id == second.id
        rates = in_force(ledger.records(Kind.EXCHANGE_RATE).values(), TODAY)
        assert [rate.rate for rate in rates if (rate.base_currency, rate.currency) == ("USD", "EUR")] == [
            Decimal("1.3")
        ]


class TestCustomFields:
    def test_field_is_defined_filled_emptied_and_retired(self, ledger: Ledger) -> None:
        made = company_hands.define_field(ledger, "custentity_vip", "VIP", FieldKind.CHECK, AppliesTo.CUSTOMER)
        company_hands.fill_field(ledger, ABC, "custentity_vip", value=True)
        filled = CustomField(script_id="custentity_vip", kind=FieldKind.CHECK, value=True)
        assert filled in ledger.customers[ABC].custom_fields
        company_hands.fill_field(ledger, ABC, "custentity_vip", None)
        assert filled not in ledger.customers[ABC].custom_fields
        company_hands.retire_field(ledger, "custentity_vip")
        assert ledger.records(Kind.CUSTOM_FIELD)[made.id].is_inactive

    def test_value_replaces_the_one_before(self, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-123")
        for freight in ("1.50", "2.50"):
            company_hands.fill_field(ledger, invoice.id, "custbody_freight", Decimal(freight))
        held = [one.value for one in ledger.invoices[invoice.id].custom_fields if one.script_id == "custbody_freight"]
        assert held == [Decimal("2.50")]

    def test_field_that_nobody_defined(self, ledger: Ledger) -> None:
        with pytest.raises(KeyError):
            company_hands.fill_field(ledger, ABC, "custentity_unheard_of", 1)
        with pytest.raises(KeyError):
            company_hands.retire_field(ledger, "custentity_unheard_of")
