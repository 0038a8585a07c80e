"""Records come as full as from a real account: with every field that holds a value, asked for or not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Invoice
from sandbox.netsuite.kinds import RECORD_TYPES
from tests.sandbox.netsuite.soap import SoapClient

# In each kind: how many elements there are at least, with all lists, and some names that no reader here asks for.
FULLNESS = (
    (
        Kind.CUSTOMER,
        80,
        "customForm language emailPreference displaySymbol receivablesAccount isBudgetApproved",
    ),
    (Kind.CONTACT, 15, "defaultAddress isPrivate globalSubscriptionStatus"),
    (Kind.PAYMENT, 36, "customForm autoApply ccProcessAsPurchaseCard chargeIt ignoreAvs undepFunds"),
    (Kind.CUSTOMER_DEPOSIT, 26, "customForm ccApproved isRecurringPayment"),
    (Kind.CREDIT_MEMO, 60, "customForm excludeCommission billingAddress revenueStatus syncSalesTeams"),
    (Kind.SALES_ORDER, 80, "customForm toBeFaxed shippingAddress canHaveStackable recognizedRevenue vsoeAutoCalc"),
)


def of_three_lines(ledger: Ledger, country: str) -> Invoice:
    """An invoice to a customer there that bills no order and is due at once."""
    return next(
        invoice
        for invoice in ledger.invoices.values()
        if len(invoice.lines) == 3 and invoice.total_minor and not (invoice.order_id or invoice.installments)
        if ledger.customers[invoice.customer_id].address.country == country
    )


async def read(soap: SoapClient, kind: Kind, record_id: int) -> etree._Element:
    """The record as it is on the wire."""
    sent = soap.envelope("get", baseRef=soap.ref(RECORD_TYPES[kind], record_id))
    (record,) = etree.fromstring((await soap.post(sent, "get")).content).iterfind(".//{*}readResponse/{*}record")
    return record


def names(parent: Any) -> set[str]:
    return {etree.QName(child).localname for child in parent}


class TestFullness:
    async def test_invoice_of_three_lines(self, soap: SoapClient, ledger: Ledger) -> None:
        record = await read(soap, Kind.INVOICE, of_three_lines(ledger, "US").id)
        assert 110 <= sum(1 for _ in record.iter()) <= 150
        assert names(record) >= set(
            "customForm source salesEffectiveDate excludeCommission estGrossProfitPercent toBeFaxed billingAddress"
            " billAddressList shippingAddress shipIsResidential shipDate canHaveStackable revenueStatus syncSalesTeams"
            " itemCostDiscPrint overrideInstallments".split()
        )
        (*_, line) = record.iterfind(".//{*}itemList/{*}item")
        assert names(line) >= {"price", "costEstimateType", "taxCode", "taxRate1"}

    @pytest.mark.parametrize(("kind", "at_least", "said"), FULLNESS, ids=lambda value: str(value).split(" ", 1)[0])
    async def test_every_kind(self, soap: SoapClient, ledger: Ledger, kind: Kind, at_least: int, said: str) -> None:
        record = await read(soap, kind, next(iter(ledger.records(kind))))
        assert sum(1 for _ in record.iter()) >= at_least
        assert names(record) >= set(said.split())

    async def test_invoice_of_an_order_names_its_lines_instead_of_a_source(
        self, soap: SoapClient, ledger: Ledger
    ) -> None:
        billing = next(invoice for invoice in ledger.invoices.values() if invoice.order_id)
        record = await read(soap, Kind.INVOICE, billing.id)
        assert names(record) >= {"createdFrom"}
        assert not names(record) & {"source"}
        assert [line.text for line in record.iterfind(".//{*}orderLine")] == [str(one.line) for one in billing.lines]


class TestAddresses:
    @pytest.mark.parametrize(
        ("kind", "found"),
        [
            (Kind.INVOICE, lambda ledger: ledger.invoice_numbered("INV-12345").id),
            (Kind.CREDIT_MEMO, lambda ledger: next(iter(ledger.records(Kind.CREDIT_MEMO)))),
            (Kind.SALES_ORDER, lambda ledger: next(iter(ledger.records(Kind.SALES_ORDER)))),
        ],
    )
    async def test_are_those_of_the_customer_as_it_is_now(
        self, soap: SoapClient, ledger: Ledger, kind: Kind, found: Callable[[Ledger], int]
    ) -> None:
        record_id = found(ledger)
        customer_id = ledger.records(kind)[record_id].customer_id
        await read(soap, kind, record_id)
        customer = ledger.edit(Kind.CUSTOMER, customer_id, name="Moved & Renamed")
        address = (await read(soap, kind, record_id)).find("{*}billingAddress")
        assert address is not None
        assert address.findtext("{*}addressee") == "Moved & Renamed"
        assert address.findtext("{*}addr1") == customer.address.line
        assert str(address.findtext("{*}addrText")).splitlines()[:2] == ["Moved & Renamed", customer.address.line]

    async def test_of_a_customer_that_is_gone_are_none(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = of_three_lines(ledger, "US")
        ledger.delete(Kind.CUSTOMER, invoice.customer_id)
        assert not names(await read(soap, Kind.INVOICE, invoice.id)) & {"billingAddress", "shippingAddress"}


class TestTax:
    async def test_each_line_has_the_rate_of_its_customers_country(self, soap: SoapClient, ledger: Ledger) -> None:
        record = await read(soap, Kind.INVOICE, of_three_lines(ledger, "GB").id)
        for line in record.iterfind(".//{*}itemList/{*}item"):
            said = {etree.QName(cell).localname: cell.text for cell in line}
            amount, rate, tax = (Decimal(str(said[name])) for name in ("amount", "taxRate1", "tax1Amt"))
            assert rate == 20
            assert abs(amount * rate / 100 - tax) < Decimal("0.01")
            assert line.findtext("{*}taxCode/{*}name") == "VAT:S-GB"

    async def test_none_is_charged_at_home(self, soap: SoapClient, ledger: Ledger) -> None:
        record = await read(soap, Kind.INVOICE, of_three_lines(ledger, "US").id)
        codes = {(code.get("internalId"), code.findtext("{*}name")) for code in record.iterfind(".//{*}taxCode")}
        assert codes == {("-8", "-Not Taxable-")}
        assert {rate.text for rate in record.iterfind(".//{*}taxRate1")} == {"0.0"}
