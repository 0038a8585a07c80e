import asyncio

import pytest
import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault

from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn, SoapFaultError
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, fault_code

NO_RIGHT = SoapFaultError("InsufficientPermissionFault", "INSUFFICIENT_PERMISSION", "Permission violation.")


async def asked(soap: SoapClient) -> requests.Response:
    return await soap.post(soap.envelope("search", searchRecord=soap.customers()), "search")


class TestFaults:
    async def test_expired_session_once(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.expired_session()
        with pytest.raises(Fault) as refused:
            await soap.search(soap.customers())
        assert fault_code(refused.value) == "SESSION_TIMED_OUT"
        assert (await soap.search(soap.customers())).status.isSuccess
        assert [logged.outcome for logged in ns.log] == ["soap", "ok"]

    async def test_blocked_for_so_many_calls_after_some(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.blocked(2, operation="search", skip=1)
        outcomes = []
        for _ in range(4):
            await soap.call("getServerTime")
            outcomes.append("WS_REQUEST_BLOCKED" in (await asked(soap)).text)
        assert outcomes == [False, True, True, False]

    async def test_named_fault_with_either_status(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.soap(NO_RIGHT)
        ns.faults.fault_with_200(NO_RIGHT)
        answers = [await asked(soap) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [500, 200]
        assert all("insufficientPermissionFault" in answer.text for answer in answers)

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_html_from_a_proxy(self, soap: SoapClient, ns: NetSuiteStandIn, status: int) -> None:
        ns.faults.http(status)
        answer = await asked(soap)
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (status, "text/html")

    async def test_dropped_connection(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.drop()
        with pytest.raises(requests.ConnectionError):
            await asked(soap)
        assert (await asked(soap)).ok

    async def test_truncated_and_misencoded_answers_are_no_xml(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.truncate()
        ns.faults.wrong_charset()
        for _ in range(2):
            answer = await asked(soap)
            assert (answer.status_code, len(answer.content) > 10_000) == (200, True)
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(answer.content)

    async def test_huge_answer(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.huge(3)
        assert len((await asked(soap)).content) > 3 * 2**20

    async def test_slow_answer_is_whole(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.slow(0.01)
        assert (await soap.search(soap.customers())).totalRecords == 40

    async def test_hanging_answer_ends_with_the_client(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        ns.faults.hang()
        envelope = etree.tostring(soap.envelope("search", searchRecord=soap.customers()))
        with pytest.raises(requests.ConnectionError):
            await asyncio.to_thread(
                soap.http.post, ns.soap_url, data=envelope, headers={"SOAPAction": "search"}, timeout=0.2
            )
        assert (await asked(soap)).ok

    async def test_broken_record_until_it_is_mended(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        known = ns.ledger.invoice_numbered("INV-123").id
        ns.faults.break_record(known)

        async def page() -> str:
            envelope = soap.envelope("search", searchRecord=soap.transactions())
            return (await soap.post(envelope, "search")).text

        assert (await page()).count(">NaN<") == 2
        assert (await page()).count("31/02/soon") == 2
        ns.faults.mend_record(known)
        assert "NaN" not in await page()
        ns.faults.break_record(known)
        ns.faults.expired_session()
        ns.faults.clear()
        assert "NaN" not in await page()


class TestConcurrency:
    async def test_limit_counts_what_really_runs(self, ledger: Ledger, clock: Clock, loaded: zeep.Client) -> None:
        async with NetSuiteStandIn(ledger, now=clock, concurrency_limit=2) as ns:
            client = SoapClient(ns, clock, loaded)
            ns.faults.hang(times=2)
            hanging = [await headers_of(client) for _ in range(2)]
            with pytest.raises(Fault) as refused:
                await client.search(client.customers())
            assert fault_code(refused.value) == "WS_REQUEST_BLOCKED"
            assert refused.value.detail[0].tag.endswith("}exceededConcurrentRequestLimitFault")
            for answer in hanging:
                answer.close()
            client.http.close()
        assert [logged.outcome for logged in ns.log].count("WS_REQUEST_BLOCKED") == 1
        assert ns.running.peak == 3


async def headers_of(soap: SoapClient) -> requests.Response:
    """An answer of which only the headers have come: its request is still being served."""
    envelope = etree.tostring(soap.envelope("search", searchRecord=soap.customers()))
    return await asyncio.to_thread(
        soap.http.post, soap.ns.soap_url, data=envelope, headers={"SOAPAction": "search"}, timeout=60, stream=True
    )
