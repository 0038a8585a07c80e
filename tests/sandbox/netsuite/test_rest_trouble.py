"""The newer faults at the RESTlet's address, where answers are JSON."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.hostile import external_entity
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.restlet import JSON, RestletClient


@pytest.fixture
async def restlet(ns: NetSuiteStandIn, clock: Clock) -> AsyncIterator[RestletClient]:
    async with aiohttp.ClientSession(skip_auto_headers={"Content-Type"}) as http:
        yield RestletClient(ns, clock, http)


async def text_of(restlet: RestletClient) -> str:
    url = restlet.url(action="version")
    headers = {**JSON, "Authorization": restlet.authorization("GET", url)}
    timeout = aiohttp.ClientTimeout(total=0.5)
    async with restlet.http.get(url, headers=headers, timeout=timeout) as answer:
        return await answer.text()


class TestFaults:
    async def test_change_before_the_answer(self, restlet: RestletClient, ns: NetSuiteStandIn, ledger: Ledger) -> None:
        gone = max(ledger.records(Kind.NOTE))
        ns.faults.meanwhile(lambda: ledger.delete(Kind.NOTE, gone), operation="restlet")
        assert "error" not in await restlet.get(action="version")
        assert gone not in ledger.records(Kind.NOTE)

    async def test_half_an_answer(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.stall(operation="restlet")
        with pytest.raises(asyncio.TimeoutError):
            await text_of(restlet)

    async def test_xml_where_json_belongs(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.hostile(external_entity("file:///secret"), operation="restlet")
        assert '<!ENTITY x SYSTEM "file:///secret">' in await text_of(restlet)

    async def test_refusal(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.refused("UNEXPECTED_ERROR", "Later, perhaps.", operation="restlet")
        assert (await restlet.refused("GET", action="version"))[0] == 400
        assert "error" not in await restlet.get(action="version")

    async def test_half_of_all_calls_blocked(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.block_share(50)
        codes = [(await restlet.call("GET", restlet.url(action="version")))[0] for _ in range(30)]
        assert 8 <= codes.count(400) <= 22
        assert codes.count(200) == 30 - codes.count(400)
