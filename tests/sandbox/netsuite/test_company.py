"""Subsidiaries, the chart of accounts, exchange rates and employees on the wire."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.rates import RATE_DAYS, cross_rate
from tests.sandbox.netsuite.conftest import TODAY, Clock
from tests.sandbox.netsuite.soap import SoapClient, ids, refusal

COMMON = "urn:common_2025_2.platform.webservices.netsuite.com"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 20, tzinfo=UTC)


def search(soap: SoapClient, record: str, area: str = "accounting", **basic: Any) -> Any:
    return soap.make(f"{area}.{record}Search", basic=soap.make(f"common.{record}SearchBasic", **basic))


class TestSubsidiaries:
    async def test_all_with_their_parents_and_currencies(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(search(soap, "Subsidiary"))
        assert ids(found) == list(ledger.records(Kind.SUBSIDIARY))
        by_name = {record.name: record for record in found.recordList.record}
        europe = by_name["Corvane Instruments Europe GmbH"]
        assert (europe.parent.internalId, europe.parent.name) == ("1", "Corvane Instruments, Inc.")
        assert (europe.currency.internalId, europe.country, europe.mainAddress.city) == ("4", "_germany", "Köln")
        assert [record.name for record in found.recordList.record if record.isElimination] == ["Eliminations"]

    async def test_criteria(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.edit(Kind.SUBSIDIARY, 4, is_inactive=True)
        active = search(soap, "Subsidiary", isInactive=soap.flag(False), isElimination=soap.flag(False))
        assert ids(await soap.search(active)) == [1, 2, 3]
        named = search(soap, "Subsidiary", nameNoHierarchy=soap.text("contains", "uk"))
        assert ids(await soap.search(named)) == [2]

    async def test_new_name_is_in_every_reference(self, soap: SoapClient, ledger: Ledger) -> None:
        ledger.edit(Kind.SUBSIDIARY, 1, name="Corvane <Group>")
        found = await soap.search(soap.customers(subsidiary=soap.refs(1)))
        assert {record.subsidiary.name for record in found.recordList.record} == {"Corvane <Group>"}


class TestAccounts:
    async def test_all_with_their_types(self, soap: SoapClient, ledger: Ledger) -> None:
        found = await soap.search(search(soap, "Account"))
        assert ids(found) == list(ledger.records(Kind.ACCOUNT))
        by_number = {record.acctNumber: record for record in found.recordList.record}
        bank = by_number["1010"]
        assert (bank.acctName, bank.acctType, bank.parent.name) == ("Operating Bank", "_bank", "1000 Cash")
        assert (bank.currency.internalId, bank.generalRate) == ("1", "_current")
        receivables = by_number["1100"]
        assert (receivables.internalId, receivables.acctType) == ("122", "_accountsReceivable")
        assert (receivables.currency, receivables.parent) == (None, None)
        assert [unit.internalId for unit in receivables.subsidiaryList.recordRef] == ["1", "2", "3", "4", "5"]
        assert by_number["1040"].isInactive is True

    async def test_search_by_type(self, soap: SoapClient) -> None:
        found = await soap.search(search(soap, "Account", type=soap.any_of("_accountsReceivable")))
        assert ids(found) == [122, 123]
        strange = await soap.search(search(soap, "Account", type=soap.any_of("_invoice")))
        assert refusal(strange.status) == ("USER_ERROR", "Invalid value for type: _invoice.")

    @pytest.mark.parametrize("record", ["Account", "Subsidiary"])
    async def test_neither_can_be_searched_by_when_it_was_changed(
        self, soap: SoapClient, clock: Clock, record: str
    ) -> None:
        envelope = soap.envelope("search", searchRecord=search(soap, record, isInactive=soap.flag(False)))
        basic = envelope.find(".//{*}basic")
        assert basic is not None
        changed = etree.SubElement(basic, f"{{{COMMON}}}lastModifiedDate", operator="after")
        core = "urn:core_2025_2.platform.webservices.netsuite.com"
        etree.SubElement(changed, f"{{{core}}}searchValue").text = clock.at.isoformat()
        answer = await soap.post(envelope, "search")
        assert answer.status_code == 500
        assert "lastModifiedDate" in answer.text


class TestExchangeRates:
    async def test_search_by_effective_date(self, soap: SoapClient, ledger: Ledger) -> None:
        first, last = TODAY - timedelta(days=3), TODAY - timedelta(days=2)
        window = soap.dates("within", noon(first), noon(last))
        usd = search(soap, "CurrencyRate", baseCurrency=soap.refs(1), effectiveDate=window)
        found = await soap.search(usd)
        rates = ledger.records(Kind.EXCHANGE_RATE).values()
        assert ids(found) == [
            rate.id for rate in rates if rate.base_currency == "USD" and first <= rate.effective_date <= last
        ]
        assert found.totalRecords == 2 * 6
        euro = next(record for record in found.recordList.record if record.transactionCurrency.internalId == "4")
        assert (euro.baseCurrency.name, euro.effectiveDate.date()) == ("US Dollar", first)
        assert 1.14 < euro.exchangeRate < 1.18

    async def test_rates_in_force_on_a_day(self, soap: SoapClient) -> None:
        listed = await in_force(soap, baseCurrency=soap.ref("currency", 1))
        assert {rate.fromCurrency.internalId for rate in listed} == {"2", "3", "4", "5", "6", "7"}
        assert {rate.effectiveDate.date() for rate in listed} == {TODAY - timedelta(days=1)}
        euro = next(rate for rate in listed if rate.fromCurrency.internalId == "4")
        assert Decimal(str(euro.exchangeRate)) == cross_rate("USD", "EUR") == Decimal("1.16040000")
        assert len(await in_force(soap)) == 4 * 6

    async def test_a_day_before_the_first_rate_has_none(self, soap: SoapClient) -> None:
        assert await in_force(soap, effectiveDate=noon(TODAY - timedelta(days=RATE_DAYS + 1))) == []
        assert await in_force(soap, effectiveDate=noon(TODAY - timedelta(days=RATE_DAYS)))

    async def test_unknown_currency_is_refused(self, soap: SoapClient) -> None:
        asked = soap.make("core.CurrencyRateFilter", baseCurrency=soap.ref("currency", 99))
        result = (await soap.call("getCurrencyRate", currencyRateFilter=asked)).getCurrencyRateResult
        assert refusal(result.status)[0] == "RCRD_DSNT_EXIST"


async def in_force(soap: SoapClient, **asked: Any) -> list[Any]:
    body = await soap.call("getCurrencyRate", currencyRateFilter=soap.make("core.CurrencyRateFilter", **asked))
    assert body.getCurrencyRateResult.status.isSuccess is True
    listed = body.getCurrencyRateResult.currencyRateList
    return list(listed.currencyRate) if listed else []


class TestEmployees:
    async def test_names_and_addresses(self, soap: SoapClient) -> None:
        found = await soap.search(search(soap, "Employee", "employees", entityId=soap.text("startsWith", "ana")))
        (ana,) = found.recordList.record
        assert (ana.entityId, ana.firstName, ana.lastName, ana.email) == (
            "Ana Silva", "Ana", "Silva", "ana@corvane.example",
        )  # fmt: skip


class TestDeletions:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (Kind.EXCHANGE_RATE, ["currencyRate"]),
            (Kind.EMPLOYEE, ["employee"]),
            (Kind.ACCOUNT, []),
            (Kind.SUBSIDIARY, []),
        ],
    )
    async def test_accounts_and_subsidiaries_are_not_told(
        self, soap: SoapClient, ledger: Ledger, kind: Kind, expected: list[str]
    ) -> None:
        ledger.delete(kind, max(ledger.records(kind)))
        asked = soap.make("core.GetDeletedFilter")
        result = (await soap.call("getDeleted", getDeletedFilter=asked, pageIndex=1)).getDeletedResult
        listed = result.deletedRecordList.deletedRecord if result.deletedRecordList else []
        assert [deleted.record.type for deleted in listed] == expected
