import asyncio
from datetime import timedelta

import pytest
from zeep.exceptions import Fault

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.kinds import RECORD_TYPES
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, refusal


class TestGet:
    async def test_record_comes_with_its_lists(self, soap: SoapClient, ledger: Ledger) -> None:
        known = ledger.invoice_numbered("INV-12345")
        body = await soap.call("get", baseRef=soap.ref("invoice", known.id))
        assert body.readResponse.record.tranId == "INV-12345"
        assert len(body.readResponse.record.itemList.item) == len(known.lines)

    @pytest.mark.parametrize("kind", list(RECORD_TYPES))
    async def test_every_kind_of_record(self, soap: SoapClient, ledger: Ledger, kind: Kind) -> None:
        record_id = next(iter(ledger.records(kind)))
        body = await soap.call("get", baseRef=soap.ref(RECORD_TYPES[kind], record_id))
        assert body.readResponse.record.internalId == str(record_id)

    @pytest.mark.parametrize("internal_id", ["7", "x", ""])
    async def test_missing_record(self, soap: SoapClient, internal_id: str) -> None:
        body = await soap.call("get", baseRef=soap.ref("invoice", internal_id))
        assert refusal(body.readResponse.status) == ("RCRD_DSNT_EXIST", "That record does not exist.")

    async def test_type_that_cannot_be_read(self, soap: SoapClient) -> None:
        body = await soap.call("get", baseRef=soap.make("core.RecordRef", internalId="11"))
        assert refusal(body.readResponse.status)[0] == "INVALID_RCRD_TYPE"


class TestGetList:
    async def test_each_reference_has_its_own_status(self, soap: SoapClient) -> None:
        references = [soap.ref("customer", 1001), soap.ref("customer", 9), soap.ref("currency", 5)]
        answers = (await soap.call("getList", baseRef=references)).readResponseList
        assert answers.status.isSuccess is True
        assert [one.status.isSuccess for one in answers.readResponse] == [True, False, True]
        assert answers.readResponse[2].record.symbol == "JPY"

    async def test_more_than_a_thousand_are_refused(self, soap: SoapClient) -> None:
        references = [soap.ref("customer", 1001)] * 1001
        answers = (await soap.call("getList", baseRef=references)).readResponseList
        assert refusal(answers.status)[0] == "EXCEEDED_MAX_RCRD"


class TestGetAll:
    async def test_currencies_say_their_iso_codes(self, soap: SoapClient) -> None:
        record = soap.make("core.GetAllRecord", recordType="currency")
        result = (await soap.call("getAll", record=record)).getAllResult
        by_symbol = {currency.symbol: currency for currency in result.recordList.record}
        assert result.totalRecords == len(by_symbol) == 7
        assert by_symbol["USD"].isBaseCurrency is True
        assert by_symbol["JPY"].currencyPrecision == "_zero"

    async def test_other_types_are_a_fault(self, soap: SoapClient) -> None:
        with pytest.raises(Fault, match="SAXException"):
            await soap.call("getAll", record=soap.make("core.GetAllRecord", recordType="state"))


class TestGetDeleted:
    async def test_by_window_and_type(self, soap: SoapClient, ledger: Ledger, clock: Clock) -> None:
        ledger.delete(Kind.CUSTOMER, 1040)
        clock.pass_(hours=1)
        invoice = ledger.invoice_numbered("INV-123")
        ledger.delete(Kind.INVOICE, invoice.id)
        window = soap.dates("within", clock.at - timedelta(minutes=1), clock.at)
        for criteria in ({"deletedDate": window}, {"type": soap.any_of("invoice")}):
            asked = soap.make("core.GetDeletedFilter", **criteria)
            result = (await soap.call("getDeleted", getDeletedFilter=asked, pageIndex=1)).getDeletedResult
            (deleted,) = result.deletedRecordList.deletedRecord
            assert (deleted.record.internalId, deleted.record.type) == (str(invoice.id), "invoice")
            assert deleted.deletedDate == clock.at

    async def test_type_that_is_not_known_and_page_beyond_are_refused(self, soap: SoapClient) -> None:
        asked = soap.make("core.GetDeletedFilter", type=soap.any_of("account"))
        result = (await soap.call("getDeleted", getDeletedFilter=asked, pageIndex=1)).getDeletedResult
        assert refusal(result.status)[0] == "USER_ERROR"
        everything = soap.make("core.GetDeletedFilter")
        result = (await soap.call("getDeleted", getDeletedFilter=everything, pageIndex=2)).getDeletedResult
        assert refusal(result.status)[0] == "INVALID_PAGE_INDEX"


class TestConnection:
    async def test_port_in_use_is_an_os_error(self, ns: NetSuiteStandIn, ledger: Ledger) -> None:
        with pytest.raises(OSError, match="address"):
            await NetSuiteStandIn(ledger, port=int(ns.base_url.rpartition(":")[2])).start()

    async def test_other_documents_are_not_found(self, soap: SoapClient) -> None:
        for path in (
            "/wsdl/v2019_1_0/netsuite.wsdl",
            "/xsd/platform/v2025_2_0/nothing.xsd",
            "/xsd/lists/v2025_2_0/core.xsd",
        ):
            answer = await asyncio.to_thread(soap.http.get, soap.ns.base_url + path, timeout=60)
            assert answer.status_code == 404

    async def test_service_takes_nothing_but_posts(self, soap: SoapClient) -> None:
        answer = await asyncio.to_thread(soap.http.get, soap.ns.soap_url, timeout=60)
        assert answer.status_code == 405
