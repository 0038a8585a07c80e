"""Building signed SOAP envelopes with zeep, from the account's own WSDL on this machine's disk.

The schemas are read once, from one folder only: nothing is fetched, and a DTD, an entity or a reference out of the
folder is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from sync.connectors.netsuite.request import (
    Criterion,
    Get,
    GetAccountLimit,
    GetAll,
    GetCustomizationId,
    GetDeleted,
    GetIntegrationLimit,
    GetList,
    GetServerTime,
    Request,
    Search,
    SearchMore,
    within,
)
from sync.connectors.netsuite.writes import TargetRequest, qualified, target_body
from sync.errors import RejectedError, StopError

# zeep has no annotations.
_Client: Any = zeep.Client
_Forbidden: Any = zeep.exceptions.ExternalReferenceForbidden


# Where the schemas keep the types of an advanced search; those of a basic one are all in one place.
_AREAS = {
    "Account": "accounting_{}.lists",
    "Contact": "relationships_{}.lists",
    "Customer": "relationships_{}.lists",
    "CurrencyRate": "accounting_{}.lists",
    "File": "filecabinet_{}.documents",
    "Message": "communication_{}.general",
    "Note": "communication_{}.general",
    "Subsidiary": "accounting_{}.lists",
    "Transaction": "sales_{}.transactions",
}


_OPERATIONS: Mapping[type, str] = {
    Search: "search",
    SearchMore: "searchMoreWithId",
    Get: "get",
    GetList: "getList",
    GetCustomizationId: "getCustomizationId",
    GetAll: "getAll",
    GetDeleted: "getDeleted",
    GetServerTime: "getServerTime",
    GetAccountLimit: "getAccountGovernanceInfo",
    GetIntegrationLimit: "getIntegrationGovernanceInfo",
}


def operation_of(request: Request | TargetRequest) -> str:
    """What the port calls the request; also its SOAPAction."""
    if isinstance(request, TargetRequest):
        return request.operation
    return _OPERATIONS[type(request)]


class Envelopes:
    """The account's schemas, loaded when the first envelope is built (half a second, 33 MiB). Thread-safe."""

    def __init__(self, wsdl: Path, version: str) -> None:
        self._wsdl = wsdl
        self._version = version
        # zeep resolves types lazily inside shared objects; building takes a millisecond, so taking turns costs nothing.
        self._turn = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def build(self, request: Request | TargetRequest, passport: Passport) -> bytes:
        """The envelope to post.

        Raises StopError when the WSDL is missing, unfit or of another version, RejectedError for values that it cannot
        hold.
        """
        with self._turn:
            client, service = self._loaded = self._loaded or self._load()
            headers = {"tokenPassport": _passport(passport), **_preferences(request)}
            try:
                body = self._body_of(client, request)
                envelope = client.create_message(service, operation_of(request), **body, _soapheaders=headers)
            except (zeep.exceptions.Error, LookupError, AttributeError) as error:
                missing = " ".join(str(error).split())[:150]
                raise StopError(f"the WSDL has no way to ask for {operation_of(request)} ({missing})") from None
            except ValueError as error:
                # Raised for what XML cannot hold, before a byte is sent.
                raise RejectedError(f"no envelope can hold this {operation_of(request)}: {str(error)[:150]}") from None
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

    def _body_of(self, client: Any, request: Request | TargetRequest) -> Mapping[str, Any]:
        if isinstance(request, TargetRequest):
            return target_body(request, lambda name: client.get_type(qualified(name, self._version)))
        return self._body(client, request)

    def _body(self, client: Any, request: Request) -> Mapping[str, Any]:
        match request:
            case Search():
                return {"searchRecord": self._search(client, request)}
            case SearchMore():
                return {"searchId": request.search_id, "pageIndex": request.page_index}
            case GetDeleted():
                return {"getDeletedFilter": self._deleted(client, request), "pageIndex": request.page_index}
            case GetServerTime() | GetAccountLimit() | GetIntegrationLimit():
                return {}
            case Get() | GetList() | GetCustomizationId() | GetAll():
                return self._named(client, request)

    def _named(self, client: Any, request: Get | GetList | GetCustomizationId | GetAll) -> Mapping[str, Any]:
        match request:
            case Get():
                reference = self._core(client, "RecordRef")
                return {"baseRef": reference(internalId=request.internal_id, type=request.record_type)}
            case GetList():
                reference = self._core(client, "RecordRef")
                return {
                    "baseRef": [reference(internalId=each, type=request.record_type) for each in request.internal_ids]
                }
            case GetCustomizationId():
                wanted = self._core(client, "CustomizationType")(getCustomizationType=request.record_type)
                return {"customizationType": wanted, "includeInactives": False}
            case GetAll():
                return {"record": {"recordType": request.record_type}}

    def _search(self, client: Any, search: Search) -> Any:
        kind = search.searched
        if not search.columns:
            return self._criteria(client, f"platform:{kind}SearchBasic", search.criteria)
        criteria = self._joined_criteria(self._type(client, f"{kind}:{kind}Search"), client, search.criteria)
        columns = _columns(self._type(client, f"{kind}:{kind}SearchRow"), search.columns)
        return self._type(client, f"{kind}:{kind}SearchAdvanced")(criteria=criteria, columns=columns)

    def _deleted(self, client: Any, request: GetDeleted) -> Any:
        criteria = (
            within("deletedDate", request.since, request.until),
            Criterion(field="type", values=request.record_types),
        )
        return self._criteria(client, "core:GetDeletedFilter", criteria)

    def _joined_criteria(self, made: Any, client: Any, criteria: Sequence[Criterion]) -> Any:
        parts: dict[str, list[Criterion]] = {}
        for one in criteria:
            join, _, field = one.field.rpartition(".")
            parts.setdefault(join or "basic", []).append(replace(one, field=field))
        shapes = {name: element.type for name, element in made.elements}
        return made(**{join: self._filled(shapes[join], client, part) for join, part in parts.items()})

    def _criteria(self, client: Any, name: str, criteria: Sequence[Criterion]) -> Any:
        return self._filled(self._type(client, name), client, criteria)

    def _filled(self, made: Any, client: Any, criteria: Sequence[Criterion]) -> Any:
        shapes = {field: element.type for field, element in made.elements}
        return made(**{one.field: self._criterion(client, shapes[one.field], one) for one in criteria})

    def _criterion(self, client: Any, shape: Any, criterion: Criterion) -> Any:
        values: list[Any] = list(criterion.values)
        match shape.name:
            case "SearchBooleanField":
                return shape(searchValue=values[0])
            case "SearchEnumMultiSelectField":
                return shape(operator=criterion.operator, searchValue=values)
            case "SearchMultiSelectField":
                reference = self._core(client, "RecordRef")
                return shape(operator=criterion.operator, searchValue=[reference(internalId=one) for one in values])
            case _:
                names = ("searchValue", "searchValue2")
                return shape(operator=criterion.operator, **dict(zip(names, values, strict=False)))

    def _core(self, client: Any, name: str) -> Any:
        return self._type(client, f"core:{name}")

    def _type(self, client: Any, name: str) -> Any:
        area, _, local = name.partition(":")
        schema = {"core": "core_{}.platform", "platform": "common_{}.platform"}.get(area) or _AREAS[area]
        return client.get_type(f"{{urn:{schema.format(self._version)}.webservices.netsuite.com}}{local}")


def _columns(row: Any, columns: Sequence[str]) -> Any:
    """An empty row with the columns that are wanted; each part of it is one record of the join."""
    parts = {name: element.type for name, element in row.elements}
    wanted: dict[str, list[str]] = {}
    for column in columns:
        join, _, field = column.rpartition(".")
        wanted.setdefault(join or "basic", []).append(field)
    return row(**{join: _empty(parts[join], fields) for join, fields in wanted.items()})


def _empty(part: Any, fields: Sequence[str]) -> Any:
    shapes = {name: element.type for name, element in part.elements}
    return part(**{field: [shapes[field]()] for field in fields})


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
