"""Files of invoices: what hangs on which, what is new, and their content when somebody asks for it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.ledger import Kind
from sandbox.ledger.letters import attach_file
from store.attachments import Attachment, attachments_of, refusal_of
from store.db import Store
from store.records import record_id
from store.runs import Outcome
from sync.connector import Broken
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.mapping import Other
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.stream import read_record
from sync.connectors.netsuite.streams import FILES
from sync.errors import RejectedError, RetryError
from sync.pull import PullOrder, pull_source
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.trees import ACCOUNT

MOST = 5_000_000


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


def an_invoice(bench: NetSuiteBench) -> int:
    return min(bench.ledger.invoices)


async def pull(bench: NetSuiteBench, store: Store) -> None:
    order = PullOrder(run_id=f"run {bench.now}", streams=("files",))
    runs = await pull_source(bench.source, store, order, clock=lambda: bench.now)
    assert {run.outcome for run in runs} == {Outcome.OK}


async def names(bench: NetSuiteBench, store: Store) -> list[str]:
    async with store.read() as conn:
        about = record_id("netsuite", "invoice", str(an_invoice(bench)))
        return [one.name for one in await attachments_of(conn, about, limit=10)]


class TestFiles:
    async def test_say_what_they_are_and_on_which_invoice(self, bench: NetSuiteBench) -> None:
        found = records_of(await read(bench, stream="files"))
        assert len(found) > 10
        for expected in bench.ledger.records(Kind.FILE).values():
            (invoice_id,) = expected.invoice_ids
            file = found[f"{invoice_id}-{expected.id}"]
            assert isinstance(file, Attachment)
            assert (file.about_id, file.file_id) == (f"netsuite:invoice:{invoice_id}", str(expected.id))
            assert (file.name, file.source_changed_at) == (expected.name, expected.last_modified)
            assert file.size_bytes is not None
            assert 0 <= file.size_bytes - expected.size < 1024
            assert file.url == f"https://{host(bench)}/core/media/media.nl?id={expected.id}"

    async def test_are_not_read_unless_they_are_wanted(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, invoice_files=False) as bench:
            assert "files" not in bench.source.streams

    async def test_on_two_invoices_are_on_both(self, bench: NetSuiteBench) -> None:
        first, second = sorted(bench.ledger.invoices)[:2]
        made = attach_file(bench.ledger, first, name="terms.pdf", content=b"terms")
        bench.ledger.edit(Kind.FILE, made.id, invoice_ids=(first, second))
        bench.pass_time(timedelta(hours=1))
        assert {f"{first}-{made.id}", f"{second}-{made.id}"} <= set(records_of(await read(bench, stream="files")))

    async def test_are_found_by_their_own_date_and_by_that_of_their_invoice(self, bench: NetSuiteBench) -> None:
        cursor = (await read(bench, stream="files"))[-1].cursor
        bench.pass_time(timedelta(days=1))
        new = attach_file(bench.ledger, an_invoice(bench), name="new.pdf", content=b"new")
        edited = max(bench.ledger.invoices)
        bench.edit(str(edited))
        bench.pass_time(timedelta(hours=1))
        found = set(records_of(await read(bench, cursor, "files")))
        on_edited = {each for each in bench.ids("files") if each.startswith(f"{edited}-")}
        assert found == {f"{an_invoice(bench)}-{new.id}"} | on_edited

    async def test_that_are_gone_are_missed_at_the_next_sweep(self, bench: NetSuiteBench, store: Store) -> None:
        made = attach_file(bench.ledger, an_invoice(bench), name="new.pdf", content=b"new")
        bench.pass_time(timedelta(hours=1))
        await pull(bench, store)
        assert "new.pdf" in await names(bench, store)
        bench.ledger.delete(Kind.FILE, made.id)
        bench.pass_time(timedelta(days=8))
        await pull(bench, store)
        assert "new.pdf" not in await names(bench, store)


def host(bench: NetSuiteBench) -> str:
    return f"{bench.server.credentials.account.lower().replace('_', '-')}.app.netsuite.com"


def row(**cells: object) -> Tree:
    usual: dict[str, object] = {
        "internalId": {"@internalId": "77"},
        "name": "INV-1.pdf",
        "fileType": "_PDF",
        "documentSize": "12",
        "modified": "2026-11-20T10:00:00.000-08:00",
    }
    joined = {name: {"searchValue": value} for name, value in (usual | cells).items() if value is not None}
    return {"basic": {"internalId": {"searchValue": {"@internalId": "900"}}}, "fileJoin": joined}


class TestRows:
    def test_become_attachments(self) -> None:
        found = read_record(FILES, row(), ACCOUNT)
        assert isinstance(found, Attachment)
        assert (found.source_id, found.file_type, found.size_bytes) == ("900-77", "PDF", 12 * 1024)

    def test_without_a_file_are_none_of_ours(self) -> None:
        assert read_record(FILES, row(internalId=None), ACCOUNT) == Other(source_id="900")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", None), ("documentSize", "much"), ("modified", "yesterday"), ("documentSize", "-1")],
    )
    def test_that_cannot_be_read_are_told_with_their_field(self, field: str, value: str | None) -> None:
        found = read_record(FILES, row(**{field: value}), ACCOUNT)
        assert isinstance(found, Broken)
        assert found.source_id == "900-77"
        assert found.reason.startswith(f"fileJoin.{field}: ")


async def content(bench: NetSuiteBench, file_id: str, *, most_bytes: int) -> bytes:
    assert isinstance(bench.source, NetSuiteSource)
    return await bench.source.content(file_id, most_bytes=most_bytes)


class TestContent:
    async def test_is_the_file(self, bench: NetSuiteBench) -> None:
        expected = next(iter(bench.ledger.records(Kind.FILE).values()))
        assert await content(bench, str(expected.id), most_bytes=MOST) == expected.content

    async def test_of_a_file_that_is_gone_is_refused(self, bench: NetSuiteBench) -> None:
        with pytest.raises(RejectedError):
            await content(bench, "999999", most_bytes=MOST)

    async def test_that_is_larger_than_wanted_is_refused(self, bench: NetSuiteBench) -> None:
        made = attach_file(bench.ledger, an_invoice(bench), name="scan.pdf", content=b"x" * 40_000)
        for most in (39_999, 1_000):
            with pytest.raises(RejectedError):
                await content(bench, str(made.id), most_bytes=most)
        assert len(await content(bench, str(made.id), most_bytes=40_000)) == 40_000

    async def test_is_not_asked_for_again_and_again(self, bench: NetSuiteBench) -> None:
        bench.server.faults.drop()
        with pytest.raises(RetryError):
            await content(bench, "600001", most_bytes=MOST)


class TestNames:
    @pytest.mark.parametrize("name", ["INV-1.pdf", "INV-1.PDF", "a.b.docx", "scan 1 .jpeg", "ü.xlsx"])
    def test_with_a_known_extension_may_be_sent_on(self, name: str) -> None:
        assert refusal_of(name) is None

    @pytest.mark.parametrize("name", ["INV-1 scan", "INV-1.", ".pdf", "INV-1.final", "invoice.2026", "run.exe", ""])
    def test_without_one_may_not(self, name: str) -> None:
        assert f"«{name}»" in (refusal_of(name) or "")
