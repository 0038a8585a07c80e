import copy

import pytest
from lxml import etree
from zeep.exceptions import Fault

from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, fault_code

HEADER = "{http://schemas.xmlsoap.org/soap/envelope/}Header"


class TestLogin:
    async def test_signed_request_passes(self, soap: SoapClient, ns: NetSuiteStandIn) -> None:
        body = await soap.call("getServerTime")
        assert body.getServerTimeResult.serverTime == ns.log[-1].at
        assert ns.log[-1].outcome == "ok"

    async def test_wrong_secret_is_refused_with_a_fault(self, soap: SoapClient) -> None:
        headers = {"tokenPassport": soap.passport(consumer_secret="wrong")}
        with pytest.raises(Fault, match="Invalid login attempt") as refused:
            await soap.call("getServerTime", headers)
        assert refused.value.code == "soapenv:Server.userException"
        assert fault_code(refused.value) == "USER_ERROR"
        assert refused.value.detail[0].tag.endswith("}invalidCredentialsFault")

    async def test_passport_serves_once(self, soap: SoapClient) -> None:
        headers = soap.headers()
        await soap.call("getServerTime", headers)
        with pytest.raises(Fault, match="used before"):
            await soap.call("getServerTime", headers)

    async def test_late_passport_is_refused(self, soap: SoapClient, clock: Clock) -> None:
        headers = soap.headers()
        clock.pass_(minutes=5, seconds=1)
        with pytest.raises(Fault, match="timestamp"):
            await soap.call("getServerTime", headers)

    async def test_cookie_beside_the_passport_is_ambiguous(self, soap: SoapClient) -> None:
        answer = await soap.post(soap.envelope("getServerTime"), "getServerTime", Cookie="JSESSIONID=1")
        assert answer.status_code == 500
        assert "Ambiguous authentication" in answer.text

    async def test_application_id_beside_the_passport_is_ambiguous(self, soap: SoapClient) -> None:
        info = soap.make("messages.ApplicationInfo", applicationId="1")
        with pytest.raises(Fault, match="Ambiguous authentication"):
            await soap.call("getServerTime", {**soap.headers(), "applicationInfo": info})

    async def test_two_passports_are_refused(self, soap: SoapClient) -> None:
        envelope = soap.envelope("getServerTime")
        header = envelope.find(HEADER)
        assert header is not None
        header.append(copy.deepcopy(header[0]))
        answer = await soap.post(envelope, "getServerTime")
        assert "Invalid login attempt" in answer.text

    async def test_no_passport_is_refused_but_for_the_data_center(self, soap: SoapClient) -> None:
        body = await soap.call("getDataCenterUrls", {}, account="1234567")
        assert body.getDataCenterUrlsResult.dataCenterUrls.webservicesDomain == soap.ns.base_url
        with pytest.raises(Fault, match="Invalid login attempt"):
            await soap.call("getServerTime", {})

    async def test_empty_account_has_no_data_center(self, soap: SoapClient) -> None:
        body = await soap.call("getDataCenterUrls", {}, account="")
        assert body.getDataCenterUrlsResult.status.statusDetail[0].code == "DATA_REQD"


class TestRequest:
    async def test_other_endpoint_is_an_invalid_version(self, soap: SoapClient) -> None:
        url = soap.ns.soap_url.replace("2025_2", "2019_1")
        answer = await soap.post(soap.envelope("getServerTime"), "getServerTime", url)
        assert (answer.status_code, "invalidVersionFault" in answer.text) == (500, True)

    async def test_other_namespace_is_an_invalid_version(self, soap: SoapClient) -> None:
        old = etree.tostring(soap.envelope("getServerTime")).replace(b"2025_2", b"2019_1")
        answer = await soap.post(old, "getServerTime")
        assert "INVALID_WS_VERSION" in answer.text

    @pytest.mark.parametrize("document", [b"", b"<not xml", b"<a/>"])
    async def test_no_envelope_is_a_fault(self, soap: SoapClient, document: bytes) -> None:
        answer = await soap.post(document, "search")
        assert (answer.status_code, "unexpectedErrorFault" in answer.text) == (500, True)
        assert soap.ns.log[-1].operation == "(none)"

    async def test_unknown_operation_and_wrong_action_are_faults(self, soap: SoapClient) -> None:
        envelope = soap.envelope("getServerTime")
        answer = await soap.post(envelope, "search")
        assert "SOAPAction" in answer.text
        envelope[1][0].tag = envelope[1][0].tag.replace("getServerTime", "initialize")
        answer = await soap.post(envelope, "initialize")
        assert "cannot find an operation named initialize" in answer.text

    async def test_external_entities_are_not_followed(self, soap: SoapClient) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>'
        assert (await soap.post(bomb, "search")).status_code == 500
