"""The operations: a request in, the parts of the answer out. What is refused is raised, before the first part."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from lxml import etree

from sandbox.ledger import Kind
from sandbox.ledger.setup import CURRENCIES
from sandbox.netsuite.customization import get_customization_id
from sandbox.netsuite.deleted import DELETED_TYPES, deletions
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, header_values, status
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.governance import get_account_governance, get_integration_governance
from sandbox.netsuite.jobs import MAX_PAGE_SIZE, MIN_PAGE_SIZE, Page, Preferences
from sandbox.netsuite.permissions import permitted
from sandbox.netsuite.rates import get_currency_rate
from sandbox.netsuite.reading import get, get_list
from sandbox.netsuite.records import RECORD_XML
from sandbox.netsuite.records.currency import currency_xml
from sandbox.netsuite.rows import row_xml
from sandbox.netsuite.search import Search, parsed_search
from sandbox.netsuite.texts import text
from sandbox.netsuite.writes import WRITES

Parts = Iterator[str]


def search(request: Request, desk: Desk, at: datetime) -> Parts:
    asked = permitted(parsed_search(request.body[0], desk.writer.calendar), desk.permissions)
    preferences = _preferences(request)
    return _page(desk, asked, preferences, desk.jobs.start(asked, preferences, at))


def search_more(request: Request, desk: Desk, at: datetime) -> Parts:
    said = _values(request)
    page = desk.jobs.more(said["searchId"], int(said["pageIndex"]), at)
    job = desk.jobs.job(page.search_id)
    return _page(desk, job.search, job.preferences, page)


def _preferences(request: Request) -> Preferences:
    said = header_values(request, "searchPreferences")
    size = int(said.get("pageSize", MAX_PAGE_SIZE))
    if not MIN_PAGE_SIZE <= size <= MAX_PAGE_SIZE:
        message = f"The page size {size} is not between {MIN_PAGE_SIZE} and {MAX_PAGE_SIZE}."
        raise RefusalError("WS_INVALID_SEARCH_PAGE_SIZE", message)
    body_only = said.get("bodyFieldsOnly", "true") in {"true", "1"}
    return Preferences(body_fields_only=body_only, page_size=size)


def _page(desk: Desk, asked: Search, preferences: Preferences, page: Page) -> Parts:
    # The records are taken when the page is asked for, although they are written while it is sent.
    records = [
        (kind, record_id, desk.ledger.records(kind)[record_id], desk.ledger.records(Kind.FILE).get(file_id or 0))
        for kind, record_id, file_id in page.hits
    ]
    holder = "recordList" if asked.columns is None else "searchRowList"
    yield (
        f"<platformCore:searchResult>{status()}{_counts(page.total, page.page_size, page.pages, page.index)}"
        f"<platformCore:searchId>{page.search_id}</platformCore:searchId><platformCore:{holder}>"
    )
    for kind, record_id, record, file in records:
        if asked.columns is None:
            yield desk.damaged(record_id, RECORD_XML[kind](record, desk.writer, not preferences.body_fields_only))
        else:
            yield row_xml(record, file, asked.columns, desk.writer)
    yield f"</platformCore:{holder}></platformCore:searchResult>"


def _counts(total: int, page_size: int, pages: int, index: int) -> str:
    return (
        f"<platformCore:totalRecords>{total}</platformCore:totalRecords>"
        f"<platformCore:pageSize>{page_size}</platformCore:pageSize>"
        f"<platformCore:totalPages>{pages}</platformCore:totalPages>"
        f"<platformCore:pageIndex>{index}</platformCore:pageIndex>"
    )


def get_all(_: Request, desk: Desk, __: datetime) -> Parts:
    desk.permissions.check_reading("currency")
    # The schema admits no other type than currency.
    records = "".join(currency_xml(currency, desk.writer) for currency in CURRENCIES)
    yield (
        f"<platformCore:getAllResult>{status()}<platformCore:totalRecords>{len(CURRENCIES)}</platformCore:totalRecords>"
        f"<platformCore:recordList>{records}</platformCore:recordList></platformCore:getAllResult>"
    )


def get_server_time(_: Request, desk: Desk, at: datetime) -> Parts:
    yield (
        f"<platformCore:getServerTimeResult>{status()}<platformCore:serverTime>{desk.writer.calendar.instant(at)}"
        "</platformCore:serverTime></platformCore:getServerTimeResult>"
    )


def get_data_center_urls(request: Request, desk: Desk, _: datetime) -> Parts:
    account = _values(request)["account"]
    if not account:
        refusal = RefusalError("DATA_REQD", "The account is required.")
        yield f"<platformCore:getDataCenterUrlsResult>{status(refusal)}</platformCore:getDataCenterUrlsResult>"
        return
    # The service answers another account with its default addresses; here all are the same host.
    domains = "".join(
        f"<platformCore:{domain}>{desk.host}</platformCore:{domain}>"
        for domain in ("restDomain", "webservicesDomain", "systemDomain")
    )
    yield (
        f"<platformCore:getDataCenterUrlsResult>{status()}<platformCore:dataCenterUrls>{domains}"
        "</platformCore:dataCenterUrls></platformCore:getDataCenterUrlsResult>"
    )


def get_deleted(request: Request, desk: Desk, _: datetime) -> Parts:
    desk.permissions.check_reading("deletedRecord")
    found = deletions(request.body[0], desk.ledger, desk.writer.calendar)
    index = int(_values(request)["pageIndex"])
    pages = -(-len(found) // MAX_PAGE_SIZE)
    if index < 1 or index > max(1, pages):
        raise RefusalError("INVALID_PAGE_INDEX", f"Page {index} is not one of {pages}.")
    records = "".join(
        f"<platformCore:deletedRecord><platformCore:deletedDate>{desk.writer.calendar.instant(one.deleted_at)}"
        f'</platformCore:deletedDate><platformCore:record internalId="{one.id}" type="{DELETED_TYPES[one.kind]}"'
        f' xsi:type="platformCore:RecordRef"><platformCore:name>{text(one.name)}</platformCore:name>'
        "</platformCore:record></platformCore:deletedRecord>"
        for one in found[(index - 1) * MAX_PAGE_SIZE : index * MAX_PAGE_SIZE]
    )
    yield (
        f"<platformCore:getDeletedResult>{status()}{_counts(len(found), MAX_PAGE_SIZE, pages, index)}"
        f"<platformCore:deletedRecordList>{records}</platformCore:deletedRecordList></platformCore:getDeletedResult>"
    )


def _values(request: Request) -> dict[str, str]:
    return {etree.QName(value).localname: (value.text or "").strip() for value in request.body}


HANDLERS: Mapping[str, Callable[[Request, Desk, datetime], Parts]] = {
    "search": search,
    "searchMoreWithId": search_more,
    "get": get,
    "getList": get_list,
    "getAll": get_all,
    "getServerTime": get_server_time,
    "getAccountGovernanceInfo": get_account_governance,
    "getIntegrationGovernanceInfo": get_integration_governance,
    "getDataCenterUrls": get_data_center_urls,
    "getDeleted": get_deleted,
    "getCurrencyRate": get_currency_rate,
    "getCustomizationId": get_customization_id,
    **WRITES,
}

# The element that carries the status, where it is not called after the operation, or belongs to the messages.
_RESULTS: Mapping[str, str] = {"search": "searchResult", "searchMoreWithId": "searchResult"}
_MESSAGES: Mapping[str, str] = {
    "get": "readResponse",
    "getList": "readResponseList",
    **{name: "writeResponseList" if name.endswith("List") else "writeResponse" for name in WRITES},
}


def answer(request: Request, desk: Desk, at: datetime) -> Parts:
    """The parts of the answer; a refusal becomes a result whose status says isSuccess=false."""
    try:
        parts = HANDLERS[request.operation](request, desk, at)
        first = next(parts)
    except RefusalError as refusal:
        yield from refused(request.operation, refusal)
        return
    yield first
    yield from parts


def refused(operation: str, refusal: RefusalError) -> Parts:
    """The answer to an operation that was refused as a whole."""
    if operation in _MESSAGES:
        yield f"<{_MESSAGES[operation]}>{status(refusal)}</{_MESSAGES[operation]}>"
        return
    result = _RESULTS.get(operation, f"{operation}Result")
    yield f"<platformCore:{result}>{status(refusal)}</platformCore:{result}>"
