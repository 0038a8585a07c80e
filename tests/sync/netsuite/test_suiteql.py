"""Customers and invoices by SuiteQL: the same records as by SOAP, whatever happens on the way."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.netsuite.permissions import Level
from sandbox.netsuite.rest.oauth2 import MachineClient
from store.customers import Customer
from store.invoices import Invoice
from store.pulled import Record
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.mapping import invoice
from sync.connectors.netsuite.request import Criterion, Search, within
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.literals import filled, literal
from sync.connectors.netsuite.suiteql.tables import query_for
from sync.connectors.netsuite.suiteql.tokens import Certificate, form_for, key_of, token_of
from sync.connectors.netsuite.suiteql.trees import Related, invoice_tree
from sync.errors import NotPermittedError, ReauthoriseError, RejectedError, RetryError
from sync.settings import SettingsError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.suiteql_bench import STREAMS, SuiteQLBench
from tests.sync.netsuite.trees import ACCOUNT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = (
    "O'Neil",
    "' OR 1=1 --",
    "'';",
    "100%_\\",
    "\\'",
    "\u2019\u2018\u02bc\uff07",
    ":after :values",
    "x" * 10_000,
    "'" * 5_000,
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


def by_soap(bench: SuiteQLBench) -> NetSuiteSource:
    settings = bench.settings(bench.server.credentials).model_copy(update={"suiteql": ()})
    return NetSuiteSource(settings, bench.folder, clock=lambda: bench.now)


async def all_of(source: Source, stream: str, bench: NetSuiteBench, cursor: str = "") -> dict[str, Record]:
    return records_of([page async for page in source.pages(stream, cursor, now=bench.now)])


def custom_values(record: Customer | Invoice) -> dict[str, Any]:
    return {name: value for name, value in json.loads(record.custom_fields_json).items() if value["type"] != "Date"}


def operations(bench: SuiteQLBench) -> Counter[str]:
    return Counter(logged.operation for logged in bench.server.log)


class TestLiteral:
    @pytest.mark.parametrize("value", HOSTILE)
    def test_a_text_ends_at_its_own_quote_only(self, value: str) -> None:
        written = literal(value)
        assert written[1:-1].replace("''", "") == value.replace("'", "")
        assert written[1:-1].replace("''", "'") == value

    def test_an_instant_is_in_utc(self) -> None:
        assert "2026-11-22 12:00:00" in literal(NOON)

    def test_places_in_a_value_are_left_alone(self) -> None:
        assert filled("a = :a AND b = :b", {"a": ":b", "b": 1}) == "a = ':b' AND b = 1"

    @pytest.mark.parametrize("value", ["\0", "a\x1bb", ()])
    def test_what_no_query_can_hold_is_refused(self, value: Any) -> None:
        with pytest.raises(RejectedError):
            literal(value)

    @pytest.mark.parametrize("value", HOSTILE)
    async def test_it_finds_itself_and_nothing_else(self, value: str, bench: SuiteQLBench) -> None:
        customer = bench.ledger.customers[min(bench.ledger.customers)]
        bench.ledger.edit_customer(customer.id, name=value)
        settings = bench.settings(bench.server.credentials)
        assert settings.certificate is not None
        rest = SuiteQLClient(settings, settings.certificate, Slots(1), unix_time=bench.now.timestamp)
        query = "SELECT id FROM customer WHERE companyname = :name ORDER BY id"
        found = await rest.rows(filled(query, {"name": value}))
        await rest.close()
        assert [row["id"] for row in found.rows] == [str(customer.id)]


class TestRecords:
    @pytest.mark.parametrize("stream", STREAMS)
    async def test_are_those_that_soap_brings(self, stream: str, bench: SuiteQLBench) -> None:
        other = by_soap(bench)
        ours, theirs = await all_of(bench.source, stream, bench), await all_of(other, stream, bench)
        await other.close()
        assert ours.keys() == theirs.keys()
        for source_id, record in ours.items():
            soap = theirs[source_id]
            assert isinstance(record, Customer | Invoice)
            assert isinstance(soap, Customer | Invoice)
            assert custom_values(record) == custom_values(soap)
            same: dict[str, Any] = {"extra_json": "", "custom_fields_json": ""}
            if isinstance(soap, Customer):
                # These SuiteQL does not bring.
                same |= dict.fromkeys(("fax", "address", "category"), None)
            if isinstance(soap, Invoice):
                # Nor does it tell these.
                same |= {"installments": None}
            assert replace(record, **same) == replace(soap, **same)

    async def test_voided_invoices_are_voided(self, bench: SuiteQLBench) -> None:
        number = next(one.id for one in bench.ledger.invoices.values() if one.status == "open")
        bench.ledger.void_invoice(number)
        bench.pass_time(timedelta(hours=1))
        record = (await all_of(bench.source, "invoices", bench))[str(number)]
        assert isinstance(record, Invoice)
        assert record.status == "voided"

    @pytest.mark.parametrize(
        ("letter", "status"), [("D", "pending"), ("E", "pending"), ("CustInvc:D", "pending"), ("A", "open")]
    )
    def test_pending_invoices_are_pending_in_any_language(self, letter: str, status: str) -> None:
        row = {"id": "5", "tranid": "R1", "entity": "7", "foreigntotal": "100.00", "foreignamountunpaid": "100.00"}
        said = {"currency": "1", "status": letter, "status_name": "Rechnung : Wartet", "voided": "F"}
        assert invoice(invoice_tree(row | said, (), Related(subsidiaries={}, lines={})), ACCOUNT).status == status

    async def test_no_search_is_sent_for_them(self, bench: SuiteQLBench) -> None:
        for stream in STREAMS:
            await all_of(bench.source, stream, bench)
        assert operations(bench)["suiteql"] > 3
        assert operations(bench)["search"] == 0

    async def test_lines_are_left_out_when_they_are_not_wanted(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=2, invoice_lines=False)) as bench:
            found = await all_of(bench.source, "invoices", bench)
        records = [record for record in found.values() if isinstance(record, Invoice)]
        assert [record.lines for record in records] == [()] * len(found)
        assert all(record.subsidiary for record in records)

    async def test_customers_show_with_what_their_card_is_made_of(self, bench: SuiteQLBench) -> None:
        customer_id = next(one.customer_id for one in bench.ledger.invoices.values() if one.open_minor)
        found = await bench.source.fetch("customer", str(customer_id), since=None)
        pulled = await all_of(bench.source, "invoices", bench)
        invoices = [one for one in found if isinstance(one, Invoice)]
        assert invoices
        assert all(replace(one, seen_at=bench.now) == pulled[one.source_id] for one in invoices)


class TestSwitching:
    async def test_in_the_middle_of_a_window_reads_it_from_its_start(self, bench: SuiteQLBench) -> None:
        soap = by_soap(bench)
        for first, second in ((bench.source, soap), (soap, bench.source)):
            pages = [page async for page in first.pages("invoices", "", now=bench.now)]
            for count in range(1, len(pages)):
                rest = await all_of(second, "invoices", bench, pages[count - 1].cursor)
                assert set(records_of(pages[:count])) | set(rest) == bench.ids("invoices")
        await soap.close()

    async def test_keeps_what_is_covered(self, bench: SuiteQLBench) -> None:
        soap = by_soap(bench)
        cursor = [page async for page in soap.pages("invoices", "", now=bench.now)][-1].cursor
        await soap.close()
        bench.pass_time(bench.overlap + timedelta(hours=1))
        edited = min(bench.ids("invoices"))
        bench.edit(edited)
        bench.pass_time(timedelta(hours=1))
        assert set(await all_of(bench.source, "invoices", bench, cursor)) == {edited}


class TestTrouble:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize("trouble", ["truncate", "drop", "wrong_charset", "blocked", "expired_session", "http 503"])
    async def test_that_passes_costs_no_record(self, trouble: str, bench: SuiteQLBench) -> None:
        name, _, status = trouble.partition(" ")
        getattr(bench.server.faults, name)(*((int(status),) if status else ()), operation="suiteql", skip=1)
        assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")

    async def test_that_lasts_ends_the_read(self, bench: SuiteQLBench) -> None:
        bench.server.faults.truncate(operation="suiteql", times=99)
        with pytest.raises(RetryError):
            await read(bench)

    async def test_a_missing_permission_says_so(self, bench: SuiteQLBench) -> None:
        bench.server.permissions.limit("customer", Level.NONE)
        with pytest.raises(NotPermittedError, match="customer"):
            await read(bench, stream="customers")
        (finding,) = [one for one in await bench.source.check() if one.check == "customers by SuiteQL"]
        assert not finding.ok
        assert "Lists > Customers" in finding.remedy

    async def test_more_rows_than_a_query_counts_are_read_in_halves(
        self, bench: SuiteQLBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.connectors.netsuite.suiteql.reading.MOST_ROWS", 30)
        assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")

    async def test_a_window_that_holds_too_much_is_halved(self, tmp_path: Path) -> None:
        many = {"window_records": 100, "page_size": 20}
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=60, **many)) as bench:
            assert len(bench.ids("invoices")) > 100
            assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")


class TestToken:
    async def test_is_bought_once_and_again_when_it_ends(self, bench: SuiteQLBench) -> None:
        given: list[datetime] = []
        real = bench.server.tokens.give

        def give(*args: Any) -> dict[str, str]:
            given.append(bench.now)
            return real(*args)

        bench.server.tokens.give = give  # type: ignore[method-assign,assignment]  # a counter at the stand-in's own door
        await read(bench)
        await read(bench)
        assert len(given) == 1
        bench.pass_time(timedelta(minutes=59, seconds=30))
        await read(bench)
        assert len(given) == 2
        bench.server.tokens.expire()
        await read(bench)
        assert len(given) == 3

    async def test_a_certificate_that_is_not_theirs_asks_for_another(self, bench: SuiteQLBench) -> None:
        bench.env = {"NETSUITE_CERTIFICATE_ID": "another"}
        source = bench._source(bench.server.credentials)
        with pytest.raises(ReauthoriseError, match="invalid_client"):
            await all_of(source, "invoices", bench)
        found = [one for one in await source.check() if "SuiteQL" in one.check and not one.ok]
        await source.close()
        assert [one.check for one in found] == ["customers by SuiteQL", "invoices by SuiteQL"]
        assert "OAuth 2.0 Client Credentials" in found[0].remedy
        assert bench.server.client.private_key_pem not in str(found)

    async def test_an_rsa_key_is_as_good(self, tmp_path: Path) -> None:
        made = SuiteQLBench(tmp_path, customers=2)
        made.server.client = MachineClient.made(rsa.generate_private_key(public_exponent=65537, key_size=3072))
        made.server.tokens._client = made.server.client
        async with netsuite_bench(tmp_path, made) as bench:
            assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")

    def test_a_curve_gives_its_algorithm(self) -> None:
        key = ec.generate_private_key(ec.SECP384R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        form = form_for(
            Certificate(client_id="c", certificate_id="k", private_key=pem), "https://x", timestamp=1_800_000_000
        )
        assert form["client_assertion"].count(".") == 2

    @pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
    def test_what_is_no_key_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="no private key"):
            key_of(text)

    def test_a_public_key_is_refused(self) -> None:
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(ValueError, match="no private key"):
            key_of(pem.decode())

    @pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": "x"}, {"expires_in": "3600"}])
    def test_half_an_answer_is_no_token(self, answer: dict[str, str]) -> None:
        assert token_of(answer, timestamp=0) is None


class TestQuery:
    def test_conditions_are_those_of_the_search(self) -> None:
        window = within("lastModifiedDate", NOON, NOON)
        query = query_for("invoice", Search(searched="Transaction", criteria=(window,), page_size=5), after=7)
        assert query.endswith("AND id > 7 ORDER BY id")
        assert query.count("2026-11-22 12:00:00") == 2

    def test_a_condition_without_a_column_is_refused(self) -> None:
        search = Search(searched="Customer", criteria=(Criterion(field="phone", values=("1",)),), page_size=5)
        with pytest.raises(RejectedError, match="phone"):
            query_for("customer", search, after=0)


class TestSettings:
    def test_need_the_certificate(self, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path, suiteql=["customers"])
        with pytest.raises(SettingsError, match=r"\[netsuite\] suiteql: needs NETSUITE_CLIENT_ID"):
            bench.settings(bench.server.credentials)

    def test_a_wrong_key_is_told_without_it(self, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path)
        bench.env = {"NETSUITE_PRIVATE_KEY": "very-secret-text"}
        with pytest.raises(SettingsError, match="NETSUITE_PRIVATE_KEY: is no private key") as caught:
            bench.settings(bench.server.credentials)
        assert "very-secret-text" not in str(caught.value)
