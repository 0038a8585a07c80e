"""Building signed SOAP envelopes with zeep, from the account's own WSDL on this machine's disk.

The schemas are read once, from one folder only: nothing is fetched, and a DTD, an entity or a reference out of the
folder is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from zeep.settings import Settings
from zeep.transports import Transport

from sync.connectors.netsuite.passport import ALGORITHM, Passport
from sync.connectors.netsuite.request import Get, GetAll, GetServerTime, Request, Search, SearchMore
from sync.connectors.netsuite.writes import AttachContact, GetByKey, TargetRequest, Write, qualified, target_body
from sync.errors import StopError

# zeep has no annotations.
_Client: Any = zeep.Client
_Forbidden: Any = zeep.exceptions.ExternalReferenceForbidden


@dataclass(frozen=True, slots=True)
class _SearchType:
    name: str
    narrowed_by: str
    is_transaction: bool = False


_SEARCHES = {
    "customer": _SearchType("CustomerSearchBasic", "stage"),
    "invoice": _SearchType("TransactionSearchBasic", "status", is_transaction=True),
}


class Envelopes:
    """The account's schemas, loaded when the first envelope is built (half a second, 33 MiB). Thread-safe."""

    def __init__(self, wsdl: Path, version: str) -> None:
        self._wsdl = wsdl
        self._version = version
        # zeep resolves types lazily inside shared objects; building takes a millisecond, so taking turns costs nothing.
        self._turn = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def build(self, request: Request | TargetRequest, passport: Passport) -> bytes:
        """The envelope to post. Raises StopError when the WSDL is missing, unfit or of another version."""
        with self._turn:
            client, service = self._loaded = self._loaded or self._load()
            operation, body = self._operation(client, request)
            headers = {"tokenPassport": _passport(passport), **_preferences(request)}
            envelope = client.create_message(service, operation, **body, _soapheaders=headers)
        return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")

    def _load(self) -> tuple[Any, Any]:
        if not self._wsdl.is_file():
            raise StopError(f"there is no WSDL at «{self._wsdl}»; run `tesorio connect netsuite`")
        settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, force_https=False)
        binding = f"{{urn:platform_{self._version}.webservices.netsuite.com}}NetSuiteBinding"
        try:
            client = _Client(str(self._wsdl), settings=settings, transport=_Folder(self._wsdl.parent))
            # The address here is of no use: the client posts by itself, to the account's own host.
            return client, client.create_service(binding, "http://localhost/")
        except (zeep.exceptions.Error, ValueError, OSError, LookupError) as error:
            reason = f"«{self._wsdl}» is no WSDL of version {self._version}: {str(error)[:200]}"
            raise StopError(f"{reason}; run `tesorio connect netsuite`") from None

    def _operation(self, client: Any, request: Request | TargetRequest) -> tuple[str, Mapping[str, Any]]:
        match request:
            case Write() | AttachContact() | GetByKey():
                body = target_body(request, lambda name: client.get_type(qualified(name, self._version)))
                return request.operation, body
            case Search():
                return "search", {"searchRecord": self._search(client, request)}
            case SearchMore():
                return "searchMoreWithId", {"searchId": request.search_id, "pageIndex": request.page_index}
            case Get():
                reference = self._core(client, "RecordRef")(internalId=request.internal_id, type=request.record_type)
                return "get", {"baseRef": reference}
            case GetAll():
                return "getAll", {"record": {"recordType": request.record_type}}
            case GetServerTime():
                return "getServerTime", {}

    def _search(self, client: Any, search: Search) -> Any:
        within = self._core(client, "SearchDateField")
        one_of = self._core(client, "SearchEnumMultiSelectField")
        kind = _SEARCHES[search.record_type]
        criteria = {"lastModifiedDate": within(operator="within", searchValue=search.since, searchValue2=search.until)}
        if search.only:
            criteria[kind.narrowed_by] = one_of(operator="anyOf", searchValue=list(search.only))
        if kind.is_transaction:
            criteria["type"] = one_of(operator="anyOf", searchValue=[f"_{search.record_type}"])
            # Without it every line of a transaction comes as a record of its own.
            criteria["mainLine"] = self._core(client, "SearchBooleanField")(searchValue=True)
        if search.customer_id is not None:
            customer = self._core(client, "RecordRef")(internalId=search.customer_id)
            criteria["entity"] = self._core(client, "SearchMultiSelectField")(operator="anyOf", searchValue=[customer])
        return client.get_type(f"{{urn:common_{self._version}.platform.webservices.netsuite.com}}{kind.name}")(
            **criteria
        )

    def _core(self, client: Any, name: str) -> Any:
        return client.get_type(f"{{urn:core_{self._version}.platform.webservices.netsuite.com}}{name}")


class _Folder(Transport):
    """What zeep loads documents through: files of one folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # zeep has no annotations
        self._folder = folder.resolve()

    def load(self, url: str) -> bytes:
        path = Path(url).resolve()
        if urlsplit(url).scheme or not path.is_relative_to(self._folder):
            raise _Forbidden(url)
        return path.read_bytes()


def _passport(passport: Passport) -> Mapping[str, Any]:
    return {
        "account": passport.account,
        "consumerKey": passport.consumer_key,
        "token": passport.token,
        "nonce": passport.nonce,
        "timestamp": passport.timestamp,
        "signature": {"_value_1": passport.signature, "algorithm": ALGORITHM},
    }


def _preferences(request: Request | TargetRequest) -> Mapping[str, Any]:
    if isinstance(request, Search | SearchMore):
        return {"searchPreferences": {"bodyFieldsOnly": not request.with_lines, "pageSize": request.page_size}}
    return {}
