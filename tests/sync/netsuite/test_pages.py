import io
import tracemalloc

import pytest

from sync.connectors.netsuite.pages import Heading, Tree, many, read_answer
from sync.errors import BusyError, NotPermittedError, RejectedError, SourceError, UnreadableAnswerError
from tests.sync.netsuite.wire import (
    CORE,
    VERSION,
    account_limit,
    customer_record,
    envelope,
    fault,
    integration_limit,
    page,
    refusal,
    server_time,
)


class Bytes(io.BytesIO):
    def mark(self) -> None:
        return


class Drops:
    """A body that ends in the middle, as a broken connection would."""

    def __init__(self, content: bytes) -> None:
        self._left = [content]

    def read(self, _size: int) -> bytes:
        if not self._left:
            raise UnreadableAnswerError("the answer broke off")
        return self._left.pop()

    def mark(self) -> None:
        return


def read(answer: str | bytes) -> tuple[Heading, list[Tree]]:
    records: list[Tree] = []
    content = answer.encode() if isinstance(answer, str) else answer
    return read_answer(Bytes(content), VERSION, records.append), records


def refused(answer: str | bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(answer)
    return caught.value


class TestReadAnswer:
    def test_brings_heading_and_records_in_order(self) -> None:
        heading, records = read(page(customer_record(1), customer_record(2), total=12, pages=3, index=1))
        assert heading == Heading(total_records=12, total_pages=3, page_index=1, search_id="WS_1")
        assert [record["@internalId"] for record in records] == ["1", "2"]
        assert (records[0]["@type"], records[0]["companyName"]) == ("Customer", "Customer 1")

    def test_keeps_nil_empty_repeated_and_nested_elements_apart(self) -> None:
        inner = (
            '<r:fax xsi:nil="true"/><r:email></r:email><r:terms internalId="4"><c:name>Net 30</c:name></r:terms>'
            "<r:list><r:one>a</r:one><r:one>b</r:one><r:two>c</r:two></r:list>"
        )
        _, [record] = read(page(f'<c:record internalId="9" xsi:type="r:Customer">{inner}</c:record>'))
        assert (record["fax"], record["email"]) == (None, "")
        assert record["terms"] == {"@internalId": "4", "name": "Net 30"}
        assert record["list"] == {"one": ["a", "b"], "two": "c"}

    def test_reads_the_server_time(self) -> None:
        heading, records = read(server_time("2026-11-22T01:02:03.000-08:00"))
        assert (heading.server_time, records) == ("2026-11-22T01:02:03.000-08:00", [])

    def test_reads_the_rows_of_an_advanced_search(self) -> None:
        row = (
            '<c:searchRow xsi:type="r:CustomerSearchRow"><r:basic><r:balance><c:searchValue>5.0</c:searchValue>'
            '</r:balance><r:internalId><c:searchValue internalId="17"/></r:internalId></r:basic></c:searchRow>'
        )
        _, [tree] = read(page(row).replace("recordList", "searchRowList"))
        assert tree["basic"] == {
            "balance": {"searchValue": "5.0"},
            "internalId": {"searchValue": {"@internalId": "17"}},
        }

    def test_reads_a_deleted_record_whole(self) -> None:
        entry = (
            "<c:deletedRecord><c:deletedDate>2026-11-20T10:00:00.000-08:00</c:deletedDate>"
            '<c:record internalId="9" type="invoice" xsi:type="c:RecordRef"><c:name>INV-9</c:name></c:record>'
            "</c:deletedRecord>"
        )
        _, records = read(page(entry, entry).replace("recordList", "deletedRecordList"))
        reference = {"@internalId": "9", "@recordType": "invoice", "@type": "RecordRef", "name": "INV-9"}
        assert records == [{"deletedDate": "2026-11-20T10:00:00.000-08:00", "record": reference}] * 2

    def test_reads_the_limits(self) -> None:
        heading, _ = read(account_limit(15, 10))
        assert (heading.account_limit, heading.unallocated_limit) == (15, 10)
        heading, _ = read(integration_limit(3, "_integrationSpecific"))
        assert (heading.integration_limit, heading.limit_type) == (3, "_integrationSpecific")

    def test_is_not_misled_by_fields_called_like_the_heading(self) -> None:
        record = '<c:record internalId="9"><r:status>Open</r:status><r:totalRecords>7</r:totalRecords></c:record>'
        heading, [tree] = read(page(record))
        assert (heading.total_records, tree["status"]) == (1, "Open")

    def test_checks_success_even_when_nothing_else_is_wrong(self) -> None:
        error = refused(refusal("INSUFFICIENT_PERMISSION", "You need Lists > Customers"))
        assert isinstance(error, NotPermittedError)
        assert "Lists > Customers" in error.detail

    def test_finds_a_fault_inside_an_answer_that_says_ok(self) -> None:
        error = refused(fault("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED").body)
        assert isinstance(error, BusyError)

    def test_a_fault_after_records_counts(self) -> None:
        late = page(customer_record(1)).replace("</c:recordList>", "</c:recordList>" + _fault_element())
        assert isinstance(refused(late), BusyError)

    def test_an_answer_without_status_is_no_success(self) -> None:
        assert isinstance(refused(envelope("<m:searchResponse/>")), UnreadableAnswerError)

    @pytest.mark.parametrize("cut", [0, 1, 60, 400, -1])
    def test_a_cut_off_answer_is_unreadable(self, cut: int) -> None:
        assert isinstance(refused(page(customer_record(1), customer_record(2))[:cut]), UnreadableAnswerError)

    def test_a_cut_off_answer_hands_over_nothing_half_read(self) -> None:
        whole = page(customer_record(1), customer_record(2))
        half = whole[: whole.index('internalId="2"') + 60]
        records: list[Tree] = []
        with pytest.raises(UnreadableAnswerError):
            read_answer(Drops(half.encode()), VERSION, records.append)
        assert all("lastModifiedDate" in record for record in records)

    @pytest.mark.parametrize(
        "answer",
        [
            b"<html><body>Scheduled maintenance</body></html>",
            b"",
            b"OK",
            page(customer_record(1, companyName="Caf\N{LATIN SMALL LETTER E WITH ACUTE}")).encode("latin-1"),
            page(customer_record(1)).replace("<c:totalRecords>1<", "<c:totalRecords>many<").encode(),
        ],
        ids=["html", "empty", "text", "wrong charset", "no number"],
    )
    def test_what_is_no_soap_is_unreadable(self, answer: bytes) -> None:
        assert isinstance(refused(answer), UnreadableAnswerError)

    def test_reads_another_charset_when_it_is_declared(self) -> None:
        text = page(customer_record(1, companyName="Café")).replace("UTF-8", "ISO-8859-1")
        _, [record] = read(text.encode("latin-1"))
        assert record["companyName"] == "Café"


def _fault_element() -> str:
    body = fault("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED").body.decode()
    return body[body.index("<soapenv:Fault>") : body.index("</soapenv:Body>")]


class TestHostileAnswers:
    def test_entities_that_multiply_are_refused(self) -> None:
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'
        answer = page(customer_record(1, companyName="&e9;")).replace("?>", f"?>{bomb}", 1)
        tracemalloc.start()
        error = refused(answer)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(error, RejectedError | UnreadableAnswerError)
        assert peak < 10_000_000

    @pytest.mark.parametrize("kind", ["entity", "dtd", "parameter"])
    def test_files_are_never_read(self, kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
        secret = tmp_path_factory.mktemp("out") / "secret.txt"
        secret.write_text("TOP-SECRET")
        doctype = {
            "entity": f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>',
            "dtd": f'<!DOCTYPE x SYSTEM "{secret.as_uri()}">',
            "parameter": f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]>',
        }[kind]
        name = "&e;" if kind == "entity" else "x"
        error = refused(page(customer_record(1, companyName=name)).replace("?>", f"?>{doctype}", 1))
        assert isinstance(error, RejectedError)
        assert "TOP-SECRET" not in str(error)

    def test_a_text_without_end_is_refused_by_the_parser(self) -> None:
        assert isinstance(refused(page(customer_record(1, comments="x" * 11_000_000))), UnreadableAnswerError)

    def test_deep_nesting_is_refused_by_the_parser(self) -> None:
        deep = "<r:x>" * 2_000 + "</r:x>" * 2_000
        answer = page(f'<c:record internalId="1">{deep}</c:record>')
        assert isinstance(refused(answer), UnreadableAnswerError)


class TestMemory:
    def test_does_not_grow_with_the_number_of_records(self) -> None:
        def peak(count: int) -> int:
            body = Bytes(page(*(customer_record(n, comments="c" * 2_000) for n in range(count))).encode())
            tracemalloc.start()
            read_answer(body, VERSION, lambda _tree: None)
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return highest

        small, large = peak(50), peak(2_000)
        assert large < small * 1.5 + 200_000


class TestMany:
    def test_levels_absent_single_and_repeated(self) -> None:
        assert (many(None), many("a"), many(["a", "b"])) == ([], ["a"], ["a", "b"])


def test_the_core_namespace_is_that_of_the_version() -> None:
    other = page(customer_record(1)).replace(CORE, CORE.replace(VERSION, "2019_1"))
    assert isinstance(refused(other), UnreadableAnswerError)
