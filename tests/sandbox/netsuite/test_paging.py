from datetime import UTC, datetime

import pytest
from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, ids, refusal

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class TestPaging:
    async def test_pages_give_every_record_once(self, soap: SoapClient, ledger: Ledger) -> None:
        page = await soap.search(soap.transactions(), pageSize=60)
        seen = ids(page)
        for index in range(2, page.totalPages + 1):
            following = await soap.more(page.searchId, index)
            assert (following.pageIndex, following.totalRecords) == (index, len(ledger.invoices))
            seen += ids(following)
        assert seen == list(ledger.invoices)

    async def test_page_runs_the_search_again(self, soap: SoapClient, ledger: Ledger) -> None:
        page = await soap.search(soap.customers(), pageSize=10)
        ledger.delete(Kind.CUSTOMER, ids(page)[0])
        following = await soap.more(page.searchId, 2)
        everyone = list(ledger.customers)
        assert following.totalRecords == page.totalRecords - 1
        assert ids(following) == everyone[10:20], "one record slipped onto the first page and is never seen"

    @pytest.mark.parametrize("size", [4, 1001, 0, -1])
    async def test_page_size_out_of_bounds_is_refused(self, soap: SoapClient, size: int) -> None:
        found = await soap.search(soap.customers(), pageSize=size)
        assert refusal(found.status)[0] == "WS_INVALID_SEARCH_PAGE_SIZE"

    async def test_search_dies_after_fifteen_idle_minutes(self, soap: SoapClient, clock: Clock) -> None:
        page = await soap.search(soap.customers(), pageSize=10)
        clock.pass_(minutes=14)
        await soap.more(page.searchId, 2)
        clock.pass_(minutes=15)
        assert (await soap.more(page.searchId, 3)).status.isSuccess
        clock.pass_(minutes=15, seconds=1)
        assert refusal((await soap.more(page.searchId, 4)).status)[0] == "INVALID_JOB_ID"

    async def test_unknown_search_and_page_are_refused(self, soap: SoapClient) -> None:
        page = await soap.search(soap.customers(), pageSize=10)
        assert refusal((await soap.more("WEBSERVICES_0", 2)).status)[0] == "INVALID_JOB_ID"
        for index in (0, 5):
            assert refusal((await soap.more(page.searchId, index)).status)[0] == "INVALID_PAGE_INDEX"


class TestRefused:
    async def test_type_that_is_not_served(self, soap: SoapClient) -> None:
        found = await soap.search(soap.transactions(types=("_vendorBill",)))
        assert refusal(found.status) == ("USER_ERROR", "Invalid value for type: _vendorBill.")

    async def test_criterion_without_operator_or_value(self, soap: SoapClient) -> None:
        for field in (
            soap.make("core.SearchStringField", searchValue="x"),
            soap.make("core.SearchStringField", operator="is"),
        ):
            assert refusal((await soap.search(soap.customers(companyName=field))).status)[0] == "USER_ERROR"

    async def test_unknown_criterion_or_operator_is_a_fault(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        for old, new in ((b"companyName", b"shoeSize"), (b'"startsWith"', b'"soundsLike"')):
            search = soap.customers(companyName=soap.text("startsWith", "Sun"))
            sent = etree.tostring(soap.envelope("search", searchRecord=search)).replace(old, new)
            answer = await soap.post(sent, "search")
            assert (answer.status_code, ns.log[-1].outcome) == (500, "UNEXPECTED_ERROR")
            assert "SAXException" in answer.text

    async def test_value_of_another_type_is_a_fault(self, soap: SoapClient) -> None:
        search = soap.customers(isInactive=soap.flag(True))
        sent = etree.tostring(soap.envelope("search", searchRecord=search)).replace(b">true<", b">perhaps<")
        answer = await soap.post(sent, "search")
        assert (answer.status_code, "SAXException" in answer.text) == (500, True)
