"""The stand-in against the genuine schemas, where a folder with them is named; they are never part of the project."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from sandbox.ledger import Kind, Ledger, drawing, hands
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.kinds import TRANSACTIONS
from sandbox.netsuite.wsdl import SCHEMAS, schema_document
from tests.genuine import genuine_schema
from tests.sandbox.netsuite.conftest import TODAY, Clock
from tests.sandbox.netsuite.soap import SoapClient, loaded_wsdl
from tests.sandbox.netsuite.test_letters import BASIC, advanced, columns
from tests.sandbox.netsuite.writing import contact, message, note

FOLDER = os.environ.get("NETSUITE_TEST_WSDL", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="NETSUITE_TEST_WSDL names no folder with the genuine WSDL and its schemas"
)
VERSION = "2023_2"
XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
# Oracle's pages name this code, its schema does not.
BEYOND_THE_SCHEMA = {"WS_INVALID_SEARCH_PAGE_SIZE"}


@pytest.fixture(scope="module")
def genuine() -> etree.XMLSchema:
    return genuine_schema(FOLDER)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def ledger(clock: Clock) -> Ledger:
    made = Ledger.seeded(today=TODAY, customers=120, now=clock)
    for customer_id in list(made.customers)[:25]:
        memo = hands.issue_credit_memo(made, customer_id, 5_000)
        drawing.refund(made, customer_id, 2_000, memo)
        drawing.refund(made, customer_id, 500, hands.take_deposit(made, customer_id, 900))
        hands.post_journal_entry(made, customer_id, 700 - customer_id % 2 * 1_400)
        deposit, bill = hands.take_deposit(made, customer_id, 900), made.add_invoice(customer_id, total_minor=800)
        hands.apply(made, deposit, bill.id, 300)
    made.void_invoice(made.invoice_numbered("INV-123").id)
    made.delete(Kind.CUSTOMER, 1120)
    return made


@pytest.fixture
async def ns(ledger: Ledger, clock: Clock) -> Any:
    async with NetSuiteStandIn(ledger, now=clock, version=VERSION) as standing_in:
        yield standing_in


@pytest.fixture(scope="module")
def loaded() -> zeep.Client:
    return loaded_wsdl(f"{FOLDER}/netsuite.wsdl")


@pytest.fixture
def soap(ns: NetSuiteStandIn, clock: Clock, loaded: zeep.Client) -> Iterator[SoapClient]:
    client = SoapClient(ns, clock, loaded)
    yield client
    client.http.close()


def check(schema: etree.XMLSchema, document: bytes) -> etree._Element:
    """The content of the body, after it and the headers were found valid."""
    root = etree.fromstring(document, etree.XMLParser(huge_tree=True))
    content = root.findall(f"{SOAP}Body/*")[0]
    for judged in [*root.iterfind(f"{SOAP}Header/*"), *(content.findall("detail/*") or [content])]:
        schema.assertValid(etree.fromstring(etree.tostring(judged, with_tail=False)))
    return content


class TestAnswers:
    @pytest.mark.parametrize("body_only", [True, False])
    @pytest.mark.parametrize("searched", ["customers", "contacts", "transactions"])
    async def test_search_pages(
        self, soap: SoapClient, genuine: etree.XMLSchema, searched: str, *, body_only: bool
    ) -> None:
        headers = soap.headers(bodyFieldsOnly=body_only, pageSize=1000)
        sent = soap.envelope("search", headers, searchRecord=getattr(soap, searched)())
        page = check(genuine, (await soap.post(sent, "search")).content)
        assert len(page.findall(".//{*}recordList/{*}record")) > 100

    @pytest.mark.parametrize("transaction_type", list(TRANSACTIONS))
    async def test_every_type_of_transaction(
        self, soap: SoapClient, genuine: etree.XMLSchema, ledger: Ledger, transaction_type: str
    ) -> None:
        search = soap.transactions(types=(transaction_type,))
        sent = soap.envelope("search", soap.headers(bodyFieldsOnly=False, pageSize=1000), searchRecord=search)
        page = check(genuine, (await soap.post(sent, "search")).content)
        held = len(ledger.records(TRANSACTIONS[transaction_type]))
        assert len(page.findall(".//{*}recordList/{*}record")) == min(1000, held) > 20

    @pytest.mark.parametrize(
        ("record", "area"),
        [
            ("Subsidiary", "accounting"),
            ("Account", "accounting"),
            ("CurrencyRate", "accounting"),
            ("Employee", "employees"),
        ],
    )
    async def test_records_of_the_company(
        self, soap: SoapClient, genuine: etree.XMLSchema, record: str, area: str
    ) -> None:
        search = soap.make(f"{area}.{record}Search", basic=soap.make(f"common.{record}SearchBasic"))
        page = check(genuine, (await soap.post(soap.envelope("search", searchRecord=search), "search")).content)
        assert len(page.findall(".//{*}recordList/{*}record")) > 3

    async def test_payments_and_the_next_page(self, soap: SoapClient, genuine: etree.XMLSchema) -> None:
        search = soap.transactions(types=("_customerPayment",))
        headers = soap.headers(bodyFieldsOnly=False, pageSize=100)
        first = check(
            genuine, (await soap.post(soap.envelope("search", headers, searchRecord=search), "search")).content
        )
        search_id = first.findtext(".//{*}searchId")
        sent = soap.envelope("searchMoreWithId", searchId=search_id, pageIndex=2)
        second = check(genuine, (await soap.post(sent, "searchMoreWithId")).content)
        assert second.findtext(".//{*}pageIndex") == "2"

    async def test_advanced_customer_search(self, soap: SoapClient, genuine: etree.XMLSchema) -> None:
        columns = {
            name: [soap.make(f"core.SearchColumn{shape}Field")]
            for name, shape in (("balance", "Double"), ("internalId", "Select"), ("lastModifiedDate", "Date"))
        }
        row = soap.make("relationships.CustomerSearchRow", basic=soap.make("common.CustomerSearchRowBasic", **columns))
        search = soap.make("relationships.CustomerSearchAdvanced", criteria=soap.customers(), columns=row)
        sent = soap.envelope("search", searchRecord=search)
        page = check(genuine, (await soap.post(sent, "search")).content)
        assert len(page.findall(".//{*}searchRow")) == 119

    @pytest.mark.parametrize(
        ("operation", "values"),
        [
            ("getServerTime", {}),
            ("getCurrencyRate", {"currencyRateFilter": {}}),
            *(
                ("getCustomizationId", {"customizationType": {"getCustomizationType": kind}, "includeInactives": True})
                for kind in ("entityCustomField", "transactionBodyCustomField", "itemCustomField")
            ),
            ("getDataCenterUrls", {"account": "1"}),
            ("getDataCenterUrls", {"account": ""}),
        ],
    )
    async def test_other_operations(
        self, soap: SoapClient, genuine: etree.XMLSchema, operation: str, values: dict[str, Any]
    ) -> None:
        check(genuine, (await soap.post(soap.envelope(operation, **values), operation)).content)

    async def test_reads(self, soap: SoapClient, genuine: etree.XMLSchema, ledger: Ledger) -> None:
        payment = next(iter(ledger.payments))
        references = [
            soap.ref("customer", 1001),
            soap.ref("invoice", 100_001),
            soap.ref("contact", 500_001),
            soap.ref("customerPayment", payment),
            soap.ref("currency", 1),
            soap.ref("entityCustomField", 2102),
            soap.ref("transactionBodyCustomField", 2201),
            soap.ref("customer", 7),
        ]
        for sent, operation in (
            (soap.envelope("getList", baseRef=references), "getList"),
            (soap.envelope("get", baseRef=references[1]), "get"),
            (soap.envelope("get", baseRef=references[-1]), "get"),
            (soap.envelope("getAll", record=soap.make("core.GetAllRecord", recordType="currency")), "getAll"),
            (
                soap.envelope("getDeleted", getDeletedFilter=soap.make("core.GetDeletedFilter"), pageIndex=1),
                "getDeleted",
            ),
        ):
            answer = await soap.post(sent, operation)
            assert answer.status_code == 200, answer.text
            check(genuine, answer.content)

    async def test_refusals_and_faults(self, soap: SoapClient, genuine: etree.XMLSchema, ns: NetSuiteStandIn) -> None:
        check(genuine, (await soap.post(soap.envelope("getServerTime", {}), "getServerTime")).content)
        ns.faults.blocked()
        ns.faults.expired_session()
        for _ in range(2):
            answer = await soap.post(soap.envelope("getServerTime"), "getServerTime")
            assert answer.status_code == 500
            check(genuine, answer.content)
        sent = soap.envelope("searchMoreWithId", searchId="x", pageIndex=2)
        refused = check(genuine, (await soap.post(sent, "searchMoreWithId")).content)
        assert refused.findtext(".//{*}code") == "INVALID_JOB_ID"


class TestLetters:
    @pytest.mark.parametrize("name", ["Note", "Message"])
    async def test_rows_with_owners(self, soap: SoapClient, genuine: etree.XMLSchema, name: str) -> None:
        sent = soap.envelope("search", soap.headers(pageSize=1000), searchRecord=advanced(soap, name))
        page = check(genuine, (await soap.post(sent, "search")).content)
        assert len(page.findall(".//{*}searchRow/{*}transactionJoin")) > 10

    async def test_lines_of_journal_entries(self, soap: SoapClient, genuine: etree.XMLSchema, ledger: Ledger) -> None:
        shapes = {
            **dict.fromkeys(("amount", "amountRemaining", "creditAmount", "debitAmount", "fxAmount"), "Double"),
            **dict.fromkeys(("currency", "entity", "internalId"), "Select"),
            **dict.fromkeys(("lastModifiedDate", "tranDate"), "Date"),
            "line": "Long",
            "memo": "String",
            "tranId": "String",
        }
        row = soap.make("sales.TransactionSearchRow", basic=columns(soap, "Transaction", shapes))
        receivable = soap.make("core.SearchEnumMultiSelectField", operator="anyOf", searchValue=["_accountsReceivable"])
        criteria = soap.transactions(
            types=("_journal",), accountType=receivable, posting=soap.flag(True), mainLine=None
        )
        search = soap.make("sales.TransactionSearchAdvanced", criteria=criteria, columns=row)
        sent = soap.envelope("search", searchRecord=search)
        page = check(genuine, (await soap.post(sent, "search")).content)
        assert len(page.findall(".//{*}searchRow/{*}basic")) == len(ledger.records(Kind.JOURNAL_ENTRY)) > 20

    async def test_files_of_invoices(self, soap: SoapClient, genuine: etree.XMLSchema, ledger: Ledger) -> None:
        row = soap.make(
            "sales.TransactionSearchRow",
            basic=columns(soap, "Transaction", BASIC["transaction"]),
            fileJoin=columns(soap, "File", BASIC["file"]),
        )
        criteria = soap.transactions()
        criteria.fileJoin = soap.make("common.FileSearchBasic", name=soap.text("notEmpty", ""))
        search = soap.make("sales.TransactionSearchAdvanced", criteria=criteria, columns=row)
        sent = soap.envelope("search", searchRecord=search)
        page = check(genuine, (await soap.post(sent, "search")).content)
        assert len(page.findall(".//{*}fileJoin")) == len(ledger.records(Kind.FILE))

    async def test_reads(self, soap: SoapClient, genuine: etree.XMLSchema, ledger: Ledger) -> None:
        kinds = {"note": Kind.NOTE, "message": Kind.MESSAGE, "file": Kind.FILE}
        references = [soap.ref(name, found) for name, kind in kinds.items() for found in ledger.records(kind)]
        page = check(genuine, (await soap.post(soap.envelope("getList", baseRef=references), "getList")).content)
        assert len(page.findall(".//{*}readResponse/{*}record")) == len(references)

    async def test_writes(self, soap: SoapClient, genuine: etree.XMLSchema, ns: NetSuiteStandIn) -> None:
        item = soap.make("fileCabinet.File", name="x.pdf", content=b"%PDF")
        items = soap.make("communication.MessageMediaItemList", mediaItem=[item])
        reference = soap.make(
            "core.AttachContactReference",
            attachTo=soap.ref("invoice", 100_001),
            contact=soap.ref("contact", 500_001),
            contactRole=soap.ref("contactRole", -10),
        )
        ended = soap.make(
            "core.DetachBasicReference",
            detachFrom=soap.ref("invoice", 100_001),
            detachedRecord=soap.ref("contact", 500_001),
        )
        ns.faults.after_submit(operation="update")
        for operation, values, codes in (
            ("add", {"record": message(soap, mediaItemList=items)}, []),
            ("upsert", {"record": note(soap, externalId="g-1")}, []),
            ("add", {"record": note(soap, externalId="g-1")}, ["DUP_RCRD"]),
            ("addList", {"record": [note(soap, entity=None), message(soap, cc="x")]}, ["USER_ERROR", "INVALID_EMAIL"]),
            ("update", {"record": note(soap, externalId="g-1")}, ["UNEXPECTED_ERROR"]),
            ("updateList", {"record": [note(soap, externalId="g-2")]}, ["RCRD_DSNT_EXIST"]),
            ("upsertList", {"record": [contact(soap, externalId="g"), message(soap)]}, ["INVALID_RCRD_TYPE"]),
            ("attach", {"attachReference": reference}, []),
            ("detach", {"detachReference": ended}, []),
            ("delete", {"baseRef": soap.ref("note", 800_001)}, []),
            ("deleteList", {"baseRef": [soap.ref("note", 800_001)]}, ["RCRD_DSNT_EXIST"]),
        ):
            sent = soap.envelope(operation, **values)
            check(genuine, etree.tostring(sent))
            answer = check(genuine, (await soap.post(sent, operation)).content)
            assert [code.text for code in answer.iterfind(".//{*}code")] == codes, operation


class TestOwnSchemas:
    @pytest.mark.parametrize("file", list(SCHEMAS))
    def test_every_type_is_part_of_the_genuine_one(self, file: str) -> None:
        own = etree.fromstring(schema_document(file, VERSION, "http://host").encode())
        theirs = genuine_types(own.get("targetNamespace", ""))
        for definition in own.iterfind("*[@name]"):
            name = definition.get("name", "")
            remaining = iter(particles(theirs[definition.tag, name]))
            for particle in particles(definition):
                assert particle in remaining, f"{file}: {name} has no {particle} at this place"


def genuine_types(target: str) -> dict[tuple[str, str], etree._Element]:
    """The definitions of the genuine schema with this namespace, by tag and name."""
    for path in (Path(FOLDER) / "xsd").iterdir():
        root = etree.parse(path).getroot()
        if root.get("targetNamespace") == target:
            return {(child.tag, child.get("name", "")): child for child in root.iterfind("*[@name]")}
    raise AssertionError(target)


def particles(definition: etree._Element) -> list[tuple[str, ...]]:
    """What a definition is made of, in a form that does not depend on prefixes."""
    if definition.tag == f"{XSD}element":
        return [(local(definition.get("type", "")),)]
    if definition.tag == f"{XSD}simpleType":
        values = [node.get("value", "") for node in definition.iter(f"{XSD}enumeration")]
        return sorted({(value,) for value in set(values) - BEYOND_THE_SCHEMA})
    return [
        (local(node.get("name", node.get("ref", ""))), local(node.get("type", "")))
        for node in definition.iter(f"{XSD}element", f"{XSD}attribute")
    ]


def local(name: str) -> str:
    return re.sub(r"^\w+:", "", name)
