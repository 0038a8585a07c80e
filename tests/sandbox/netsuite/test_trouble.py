"""Trouble that lasts or strikes between two calls: edits while a search is paged, late rows, drift, hostile answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from lxml import etree

from sandbox.ledger import InvoiceStatus, Kind, Ledger, hands
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.damage import KEEP
from sandbox.netsuite.hostile import billion_laughs, external_dtd, external_entity
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, ids, refusal


async def text_of(soap: SoapClient, search: Any) -> str:
    return (await soap.post(soap.envelope("search", searchRecord=search), "search")).text


class TestPaging:
    async def test_edit_between_two_pages_skips_a_row_and_another_doubles_one(
        self, soap: SoapClient, ns: NetSuiteStandIn, ledger: Ledger
    ) -> None:
        paid = [one.id for one in ledger.invoices.values() if not one.open_minor and one.total_minor]
        by_status = soap.transactions(status=soap.any_of("_invoicePaidInFull"))
        first = await soap.search(by_status, pageSize=20)
        as_it_was = ledger.invoices[paid[0]]
        reopened = replace(as_it_was, paid_minor=0, status=InvoiceStatus.OPEN)
        ns.faults.meanwhile(lambda: ledger.put(Kind.INVOICE, reopened), operation="searchMoreWithId")
        second = ids(await soap.more(first.searchId, 2))
        assert paid[20] not in [*ids(first), *second], "it slipped onto the page that was read already"
        ns.faults.meanwhile(lambda: ledger.put(Kind.INVOICE, as_it_was), operation="searchMoreWithId")
        third = ids(await soap.more(first.searchId, 3))
        assert third[0] == second[-1], "it slipped onto the next page and is read twice"

    async def test_thousand_rows_with_one_instant(self, soap: SoapClient, ledger: Ledger, clock: Clock) -> None:
        tied = list(ledger.invoices)[:150]
        hands.stamp(ledger, Kind.INVOICE, tied, clock.at)
        at_once = soap.dates("within", clock.at, clock.at)
        page = await soap.search(soap.transactions(lastModifiedDate=at_once), pageSize=60)
        found = [*ids(page), *ids(await soap.more(page.searchId, 2)), *ids(await soap.more(page.searchId, 3))]
        assert found == tied

    async def test_late_row_has_an_old_stamp(self, soap: SoapClient, ledger: Ledger, clock: Clock) -> None:
        before = clock.at
        clock.pass_(minutes=10)
        window = soap.transactions(lastModifiedDate=soap.dates("within", before, clock.at))
        assert (await soap.search(window)).totalRecords == 0
        late = ledger.add_invoice(1001, total_minor=100)
        hands.stamp(ledger, Kind.INVOICE, [late.id], before)
        assert ids(await soap.search(window)) == [late.id]

    async def test_search_that_takes_too_long_is_refused(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.refused("ABORT_SEARCH_EXCEEDED_MAX_TIME", "The search took too long.", operation="search")
        assert refusal((await soap.search(soap.customers())).status)[0] == "ABORT_SEARCH_EXCEEDED_MAX_TIME"
        assert (await soap.search(soap.customers())).status.isSuccess is True

    async def test_reading_one_record_can_be_refused_too(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.refused("UNEXPECTED_ERROR", "Later, perhaps.", operation="get")
        body = await soap.call("get", baseRef=soap.ref("customer", 1001))
        assert refusal(body.readResponse.status)[0] == "UNEXPECTED_ERROR"


class TestBlocked:
    async def test_half_of_all_calls(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.block_share(50)
        answers = [await soap.post(soap.envelope("getServerTime"), "getServerTime") for _ in range(40)]
        blocked = [answer.text for answer in answers if answer.status_code == 500]
        assert 12 <= len(blocked) <= 28
        assert all("WS_REQUEST_BLOCKED" in text for text in blocked)
        ns.faults.clear()
        assert (await soap.call("getServerTime")).getServerTimeResult.status.isSuccess is True


class TestRecords:
    @pytest.mark.parametrize("amount", ["1e999", "NaN", "-0.00", "0.005", "1.234,56", ""])
    async def test_amounts_that_are_none(self, soap: SoapClient, ns: NetSuiteStandIn, amount: str) -> None:
        invoice = ns.ledger.invoice_numbered("INV-123")
        ns.faults.break_record(invoice.id, amount=amount, day=KEEP)
        text = await text_of(soap, soap.transactions(internalId=soap.refs(invoice.id)))
        assert f"<tranSales:total>{amount}</tranSales:total>" in text
        assert "<tranSales:dueDate>2026" in text

    @pytest.mark.parametrize("day", ["0001-01-01T00:00:00.000-08:00", "9999-12-31T00:00:00.000-08:00", "2026-02-30"])
    async def test_days_that_are_none(self, soap: SoapClient, ns: NetSuiteStandIn, day: str) -> None:
        invoice = ns.ledger.invoice_numbered("INV-123")
        ns.faults.break_record(invoice.id, amount=None, day=day)
        text = await text_of(soap, soap.transactions(internalId=soap.refs(invoice.id)))
        assert f"<tranSales:dueDate>{day}</tranSales:dueDate>" in text
        assert "<tranSales:amountRemaining xsi:nil='true'></tranSales:amountRemaining>" in text

    async def test_renamed_lost_and_unheard_of_fields(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.damage.rename("amountRemaining", "amountDue")
        ns.faults.damage.rename("currency", None)
        ns.faults.damage.replace("status", "Frozen")
        text = await text_of(soap, soap.transactions(internalId=soap.refs(100_001)))
        root = etree.fromstring(text.encode())
        names = {etree.QName(node).localname for node in root.iterfind(".//{*}record/*")}
        assert {"amountDue", "status", "total", "currencyName"} <= names
        assert not {"amountRemaining", "currency"} & names
        assert root.findtext(".//{*}record/{*}status") == "Frozen"
        ns.faults.clear()
        assert "amountRemaining" in await text_of(soap, soap.transactions(internalId=soap.refs(100_001)))


class TestAnswers:
    async def test_stalled_answer_is_half_a_document(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.stall()
        envelope = etree.tostring(soap.envelope("search", searchRecord=soap.customers()))
        with pytest.raises(requests.ConnectionError):
            await asyncio.to_thread(
                soap.http.post, ns.soap_url, data=envelope, headers={"SOAPAction": "search"}, timeout=0.3
            )
        assert (await soap.search(soap.customers())).totalRecords == 40

    @pytest.mark.parametrize(
        ("prolog", "reference"),
        [
            (billion_laughs(), "&l9;"),
            (external_entity("http://127.0.0.1:9/secret"), "&x;"),
            (external_dtd("http://127.0.0.1:9/evil.dtd"), ""),
        ],
    )
    async def test_hostile_document_type(
        self, soap: SoapClient, ns: NetSuiteStandIn, prolog: Any, reference: str
    ) -> None:
        ns.faults.hostile(prolog)
        text = await text_of(soap, soap.customers())
        assert text.startswith(f'<?xml version="1.0" encoding="UTF-8"?>{prolog.doctype}\n<soapenv:Envelope')
        assert f"{reference}</platformMsgs:nsId>" in text
        assert "DOCTYPE" not in await text_of(soap, soap.customers())

    async def test_wsdl_that_leads_astray(self, ns: NetSuiteStandIn) -> None:
        ns.faults.lead_astray("http://169.254.169.254")
        astray = await asyncio.to_thread(requests.get, ns.wsdl_url, timeout=60)
        assert 'schemaLocation="http://169.254.169.254/xsd/platform/v2025_2_0/' in astray.text
        ns.faults.clear()
        assert "169.254" not in (await asyncio.to_thread(requests.get, ns.wsdl_url, timeout=60)).text


class TestTimeZone:
    async def test_edits_around_midnight_are_found_by_instants(
        self, soap: SoapClient, ledger: Ledger, clock: Clock
    ) -> None:
        clock.at = clock.at.replace(hour=7, minute=45)  # 23:45 of the day before for the token's user
        edited = list(ledger.invoices)[:4]
        for invoice_id in edited:
            ledger.edit_invoice(invoice_id, memo="Edited")
            clock.pass_(minutes=15)
        window = soap.dates("within", clock.at - timedelta(minutes=60), clock.at - timedelta(minutes=31))
        assert ids(await soap.search(soap.transactions(lastModifiedDate=window))) == edited[:2]
