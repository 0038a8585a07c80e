"""What the client sends and reads, held against the genuine schemas, where a folder with them is named.

They are Oracle's text and never part of the project.
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zeep
from lxml import etree
from zeep.settings import Settings

from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from sync.connector import Broken
from sync.connectors.netsuite.asking import by_ids, marking, plan_of, request_at
from sync.connectors.netsuite.attached import attachments_search
from sync.connectors.netsuite.definitions import RECORD_TYPES
from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.mapping import DELETED_TYPES, Account
from sync.connectors.netsuite.pages import read_answer
from sync.connectors.netsuite.passport import Credentials, new_passport
from sync.connectors.netsuite.position import Stage, first_position
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
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.streams import CUSTOMERS, INVOICES, SETTLEMENTS, STREAMS
from tests.contract.source_contract import read, records_of
from tests.genuine import genuine_schema
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.test_pages import Bytes

FOLDER = os.environ.get("NETSUITE_TEST_WSDL", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="NETSUITE_TEST_WSDL names no folder with the genuine WSDL and its schemas"
)
VERSION = "2023_2"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SECRETS = Credentials(account="1234567_SB1", consumer_key="a", consumer_secret="b", token_id="c", token_secret="d")
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SETTINGS = NetSuiteSettings.from_mapping(
    {
        "NETSUITE_ACCOUNT_ID": "1234567_SB1",
        "NETSUITE_CONSUMER_KEY": "a",
        "NETSUITE_CONSUMER_SECRET": "b",
        "NETSUITE_TOKEN_ID": "c",
        "NETSUITE_TOKEN_SECRET": "d",
    },
    {"customer_stages": ["customer", "prospect", "lead"]},
)
OF_CUSTOMER = (Criterion(field="entity", values=("17",)), within("lastModifiedDate", SINCE, UNTIL))


def requests_of(stream: Stream) -> list[Request]:
    """What is asked for at every stage of a stream, and to know which of its records are marked."""
    plan = plan_of(stream, SETTINGS)
    start = first_position(UNTIL, plan)
    places = [replace(start, stage=stage) for stage in Stage if stage is not Stage.REST]
    sliced = [replace(start, stage=stage, by_ids=True, above=5) for stage in (Stage.WINDOWS, Stage.NEW)]
    places += [*sliced, *(replace(place, upto=9) for place in sliced), replace(start, next_page=2, search_id="WS_1")]
    asked = [request_at(stream, place, SETTINGS) for place in places]
    mark = marking(stream, (within(stream.dated_by, SINCE, UNTIL),))
    return asked if mark is None else [*asked, mark]


REQUESTS: list[Request] = [
    *(request for stream in (*STREAMS.values(), SETTLEMENTS) for request in requests_of(stream)),
    Search(searched="Transaction", criteria=(*SETTLEMENTS.always, *OF_CUSTOMER), page_size=5, with_lines=True),
    Search(searched="Contact", criteria=(Criterion(field="company", values=("17",)),), page_size=5),
    Search(searched="Customer", criteria=(Criterion(field="internalId", values=("17",)),), page_size=5),
    SearchMore(search_id="WEBSERVICES_1", page_index=2, page_size=1000, with_lines=True),
    Get(record_type="customer", internal_id="17"),
    Get(record_type="file", internal_id="7"),
    attachments_search(("7", "8"), page_size=5),
    *(GetCustomizationId(record_type=each) for each in RECORD_TYPES),
    *(GetList(record_type=each, internal_ids=("1", "2")) for each in RECORD_TYPES),
    *(by_ids(STREAMS[each], ("7", "8"), SETTINGS) for each in ("notes", "messages", "journal_entries")),
    by_ids(SETTLEMENTS, ("7", "8"), SETTINGS),
    GetAll(record_type="currency"),
    GetDeleted(record_types=DELETED_TYPES, since=SINCE, until=UNTIL, page_index=2),
    GetServerTime(),
    GetAccountLimit(),
    GetIntegrationLimit(),
]
ACCOUNT = Account(
    app_address="https://1234567-sb1.app.netsuite.com",
    zone=ZoneInfo("America/New_York"),
    currencies={"1": "USD"},
    currency=None,
    seen_at=UNTIL,
)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return genuine_schema(FOLDER)


@pytest.fixture(scope="module")
def envelopes() -> Envelopes:
    return Envelopes(Path(FOLDER) / "netsuite.wsdl", VERSION)


@pytest.fixture(scope="module")
def genuine() -> Any:
    return zeep.Client(f"{FOLDER}/netsuite.wsdl", settings=Settings(forbid_external=True))  # type: ignore[no-untyped-call]


def kind(genuine: Any, name: str, schema_name: str, area: str = "platform") -> Any:
    return genuine.get_type(f"{{urn:{schema_name}_{VERSION}.{area}.webservices.netsuite.com}}{name}")


class TestWhatIsSent:
    @pytest.mark.parametrize("request_", dict.fromkeys(REQUESTS), ids=lambda one: type(one).__name__)
    def test_is_valid_in_header_and_body(
        self, request_: Request, envelopes: Envelopes, schema: etree.XMLSchema
    ) -> None:
        envelope = etree.fromstring(envelopes.build(request_, new_passport(SECRETS, timestamp=1_800_000_000)))
        header, body = envelope.find(f"{{{SOAP}}}Header"), envelope.find(f"{{{SOAP}}}Body")
        assert header is not None
        assert body is not None
        names = [etree.QName(part).localname for part in header]
        assert names == (["tokenPassport", "searchPreferences"] if "earch" in type(request_).__name__ else names[:1])
        assert names[0] == "tokenPassport"
        assert len(body) == 1
        for part in (*header, *body):
            schema.assertValid(part)

    def test_closes_its_windows_in_utc(self, envelopes: Envelopes) -> None:
        asked = Search(searched="Customer", criteria=(within("lastModifiedDate", SINCE, UNTIL),), page_size=200)
        envelope = etree.fromstring(envelopes.build(asked, new_passport(SECRETS, timestamp=1)))
        window = envelope.find(".//{*}lastModifiedDate")
        assert window is not None
        assert window.get("operator") == "within"
        assert [value.text for value in window] == ["2026-11-01T00:00:00Z", "2026-11-22T09:30:00Z"]

    def test_a_narrowed_search_uses_values_that_the_schemas_know(self) -> None:
        # The search fields take any text, so their values are looked up in the enumerations.
        texts = "".join(path.read_text(encoding="utf-8") for path in Path(FOLDER).glob("xsd/*Types.xsd"))
        for request in REQUESTS:
            for criterion in request.criteria if isinstance(request, Search) else ():
                for value in (criterion.operator, *criterion.values):
                    if isinstance(value, str) and (value.startswith("_") or value == criterion.operator):
                        assert f'value="{value}"' in texts
        for deleted in DELETED_TYPES:
            assert f'value="{deleted}"' in texts


class TestWhatIsRead:
    def test_a_customer_and_an_invoice_as_the_schemas_describe_them(
        self, genuine: Any, schema: etree.XMLSchema
    ) -> None:
        found, heading_total = answered(genuine, schema, CUSTOMERS, [customer_value(genuine)])
        (customer,) = found
        assert isinstance(customer, Customer)
        assert heading_total == 1
        assert (customer.name, customer.payment_terms, customer.on_credit_hold) == ("Sun Microsystems", "Net 30", True)
        assert customer.credit_limit == Money(currency="USD", minor=250_050)
        assert '"custentity_tier":{"type":"String","value":"Gold"}' in customer.custom_fields_json

        (invoice,), _ = answered(genuine, schema, INVOICES, [invoice_value(genuine)])
        assert isinstance(invoice, Invoice)
        assert (invoice.number, invoice.status) == ("INV-12345", InvoiceStatus.PARTIALLY_PAID)
        assert (invoice.total.minor, invoice.open_balance.minor) == (123_456_789_012, 100)
        assert (invoice.invoice_date, invoice.due_date) == (date(2026, 10, 20), date(2026, 11, 19))
        assert [(line.item, line.amount.minor) for line in invoice.lines] == [("Server", 99_50), ("Rack", 0)]

    async def test_the_stand_in_through_the_genuine_wsdl(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, version=VERSION) as bench:
            bench.env = {"NETSUITE_WSDL": f"{FOLDER}/netsuite.wsdl"}
            await bench.source.close()
            bench.open()
            for stream in bench.source.streams:
                assert set(records_of(await read(bench, stream=stream))) == bench.ids(stream)
            assert [finding for finding in await bench.source.check() if not finding.ok] == []


def answered(genuine: Any, schema: etree.XMLSchema, stream: Stream, values: list[Any]) -> tuple[list[Any], int | None]:
    """The records of a search response that the genuine types wrote and the genuine schemas accept."""
    response = genuine.get_element(f"{{urn:messages_{VERSION}.platform.webservices.netsuite.com}}searchResponse")
    result = kind(genuine, "SearchResult", "core")(
        status={"isSuccess": True},
        totalRecords=len(values),
        pageSize=200,
        totalPages=1,
        pageIndex=1,
        searchId="WEBSERVICES_1",
        recordList={"record": values},
    )
    envelope = etree.Element(f"{{{SOAP}}}Envelope")
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    response.render(body, response(searchResult=result))
    schema.assertValid(body[0])
    records: list[Any] = []
    heading = read_answer(
        Bytes(etree.tostring(envelope)), VERSION, lambda tree: records.append(read_record(stream, tree, ACCOUNT))
    )
    assert not [one for one in records if isinstance(one, Broken)]
    return records, heading.total_records


def reference(genuine: Any, internal_id: str, name: str) -> Any:
    return kind(genuine, "RecordRef", "core")(internalId=internal_id, name=name)


def customer_value(genuine: Any) -> Any:
    custom = kind(genuine, "StringCustomFieldRef", "core")(scriptId="custentity_tier", internalId="9", value="Gold")
    return kind(genuine, "Customer", "relationships", "lists")(
        internalId="17",
        entityId="C17",
        companyName="Sun Microsystems",
        isPerson=False,
        terms=reference(genuine, "4", "Net 30"),
        currency=reference(genuine, "1", "US Dollar"),
        creditLimit=2500.5,
        creditHoldOverride="_on",
        lastModifiedDate=UNTIL,
        customFieldList={"customField": [custom]},
    )


def invoice_value(genuine: Any) -> Any:
    zone = ZoneInfo("America/New_York")
    item = kind(genuine, "InvoiceItem", "sales", "transactions")
    lines = [
        item(item=reference(genuine, "2", "Server"), amount=Decimal("99.5"), quantity=2),
        item(item=reference(genuine, "3", "Rack")),
    ]
    return kind(genuine, "Invoice", "sales", "transactions")(
        internalId="900",
        tranId="INV-12345",
        entity=reference(genuine, "17", "Sun Microsystems"),
        tranDate=datetime(2026, 10, 20, tzinfo=zone),
        dueDate=datetime(2026, 11, 19, tzinfo=zone),
        currency=reference(genuine, "1", "US Dollar"),
        total=1234567890.12,
        amountRemaining=1,
        status="Open",
        lastModifiedDate=UNTIL,
        itemList={"item": lines},
    )
