"""A real zeep client for the stand-in, signing as an integration does."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport

from sandbox.netsuite import Credentials, NetSuiteStandIn, signature
from sandbox.netsuite.wsdl import namespace


class SoapClient:
    """Calls one stand-in by a WSDL that was loaded before, from a stand-in of the same version."""

    def __init__(self, ns: NetSuiteStandIn, now: Callable[[], datetime], loaded: zeep.Client) -> None:
        self.ns = ns
        self.now = now
        self.zeep = loaded
        self.http: requests.Session = loaded.transport.session
        binding = f"{{urn:platform_{ns.version}.webservices.netsuite.com}}NetSuiteBinding"
        self.service = loaded.create_service(binding, ns.soap_url)  # type: ignore[no-untyped-call]  # zeep's own

    def make(self, name: str, /, **values: Any) -> Any:
        """An instance of `area.Type` such as core.RecordRef."""
        area, _, type_name = name.partition(".")
        urn = namespace(area, self.ns.version)
        made = self.zeep.get_type(f"{{{urn}}}{type_name}")  # type: ignore[no-untyped-call]  # zeep's own
        return made(**values)

    def passport(self, **changes: Any) -> Any:
        known = self.ns.credentials
        said = {"nonce": secrets.token_hex(10), "timestamp": int(self.now().timestamp()), **changes}
        signed = Credentials(
            account=said.get("account", known.account),
            consumer_key=known.consumer_key,
            consumer_secret=said.pop("consumer_secret", known.consumer_secret),
            token_id=known.token_id,
            token_secret=known.token_secret,
        )
        value = signature(signed, said["nonce"], str(said["timestamp"]))
        algorithm = said.pop("algorithm", "HMAC-SHA256")
        return self.make(
            "core.TokenPassport",
            account=signed.account,
            consumerKey=signed.consumer_key,
            token=signed.token_id,
            nonce=said["nonce"],
            timestamp=said["timestamp"],
            signature=self.make("core.TokenPassportSignature", _value_1=value, algorithm=algorithm),
        )

    def headers(self, **preferences: Any) -> dict[str, Any]:
        sent = {"tokenPassport": self.passport()}
        if preferences:
            sent["searchPreferences"] = self.make("messages.SearchPreferences", **preferences)
        return sent

    async def call(self, operation: str, headers: dict[str, Any] | None = None, **values: Any) -> Any:
        """The body of the answer. Raises zeep's Fault for a SOAP fault."""
        sent = self.headers() if headers is None else headers
        answer = await asyncio.to_thread(getattr(self.service, operation), _soapheaders=sent, **values)
        return answer.body if hasattr(answer, "body") else answer

    async def search(self, record: Any, **preferences: Any) -> Any:
        body = await self.call("search", self.headers(**preferences), searchRecord=record)
        return body.searchResult

    async def more(self, search_id: str, page: int) -> Any:
        body = await self.call("searchMoreWithId", searchId=search_id, pageIndex=page)
        return body.searchResult

    def envelope(self, operation: str, headers: dict[str, Any] | None = None, **values: Any) -> etree._Element:
        """The request as zeep would send it, to be changed by a test."""
        sent = self.headers() if headers is None else headers
        message: etree._Element = self.zeep.create_message(  # type: ignore[no-untyped-call]  # zeep's own
            self.service, operation, _soapheaders=sent, **values
        )
        return message

    async def post(
        self, envelope: etree._Element | bytes, action: str, url: str | None = None, **headers: str
    ) -> requests.Response:
        """The HTTP answer to an envelope, whatever it is."""
        data = envelope if isinstance(envelope, bytes) else etree.tostring(envelope)
        sent = {"SOAPAction": f'"{action}"', "Content-Type": "text/xml; charset=utf-8", **headers}
        return await asyncio.to_thread(self.http.post, url or self.ns.soap_url, data=data, headers=sent, timeout=60)

    # The searches that most tests ask for.

    def customers(self, **basic: Any) -> Any:
        return self.make("relationships.CustomerSearch", basic=self.make("common.CustomerSearchBasic", **basic))

    def contacts(self, **basic: Any) -> Any:
        return self.make("relationships.ContactSearch", basic=self.make("common.ContactSearchBasic", **basic))

    def transactions(self, *, types: tuple[str, ...] = ("_invoice",), **basic: Any) -> Any:
        basic = {"type": self.any_of(*types), "mainLine": self.flag(True), **basic}
        basic = {name: value for name, value in basic.items() if value is not None}
        return self.make("sales.TransactionSearch", basic=self.make("common.TransactionSearchBasic", **basic))

    def any_of(self, *values: str) -> Any:
        return self.make("core.SearchEnumMultiSelectField", operator="anyOf", searchValue=list(values))

    def refs(self, *ids: int, operator: str = "anyOf") -> Any:
        values = [self.make("core.RecordRef", internalId=str(value)) for value in ids]
        return self.make("core.SearchMultiSelectField", operator=operator, searchValue=values)

    def flag(self, value: bool) -> Any:  # noqa: FBT001 -- the value itself
        return self.make("core.SearchBooleanField", searchValue=value)

    def text(self, operator: str, value: str) -> Any:
        return self.make("core.SearchStringField", operator=operator, searchValue=value)

    def dates(self, operator: str, first: datetime, second: datetime | None = None) -> Any:
        return self.make("core.SearchDateField", operator=operator, searchValue=first, searchValue2=second)

    def ref(self, record_type: str, internal_id: int | str) -> Any:
        return self.make("core.RecordRef", type=record_type, internalId=str(internal_id))


def loaded_wsdl(url: str) -> zeep.Client:
    """A client of the WSDL at this address, with every schema that it imports."""
    transport = Transport(session=requests.Session(), timeout=60, operation_timeout=60)  # type: ignore[no-untyped-call]
    return zeep.Client(url, transport=transport)  # type: ignore[no-untyped-call]  # zeep's own


def fault_code(fault: Fault) -> str:
    """The code in the detail of a fault, which is where NetSuite says what happened."""
    return str(fault.detail.findtext(".//{*}code"))


def refusal(status: Any) -> tuple[str, str]:
    """Code and message of a status that says no."""
    assert status.isSuccess is False
    return status.statusDetail[0].code, status.statusDetail[0].message


def ids(result: Any) -> list[int]:
    """The internal ids on a page that was answered."""
    assert result.status.isSuccess is True
    return [int(record.internalId) for record in result.recordList.record]
