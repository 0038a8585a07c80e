from collections.abc import AsyncIterator, Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.lookup.find import find, find_customer, find_invoice
from bot.lookup.index import LookupIndex
from bot.lookup.match import MAX_CANDIDATES, Found
from store.cursors import claim_cursor, complete_cursor
from store.db import Store
from store.search import Kind
from tests.lookup.samples import SEEN_AT, make_customer, make_invoice, save

SHARED = "INV-500"
RECORDS = (
    make_customer("Sun Microsystems, Inc.", number="C-1017"),
    make_customer("Sun Micro Systems Ltd"),
    make_customer("Sunrise Foods", is_inactive=True),
    make_customer("ABC Inc"),
    make_customer("ABC Industries"),
    make_customer("ABC Inc (UK)"),
    make_customer("株式会社トヨタ"),
    make_customer("شركة النور"),
    make_customer("100% Pure_Juice"),
    make_customer("<!channel> & Co"),
    make_customer("Twin", source_id="twin-1"),
    make_customer("Twin", source_id="twin-2"),
    make_invoice("INV-123"),
    make_invoice("INV-12345", open_minor=0),
    make_invoice("INV-12346"),
    make_invoice("SI-99777"),
    make_invoice("---"),
    make_invoice(SHARED, source_id="paid", open_minor=0, invoice_date=date(2026, 11, 1)),
    make_invoice(SHARED, source_id="open", invoice_date=date(2026, 1, 1)),
)


@pytest.fixture
async def filled(store: Store) -> Store:
    await save(store, *RECORDS)
    return store


@pytest.fixture
async def index(filled: Store, tmp_path: Path) -> AsyncIterator[LookupIndex]:
    async with LookupIndex.open(tmp_path / "index", filled) as opened:
        assert opened is not None
        await opened.refresh(filled)
        yield opened


async def found_invoice(store: Store, index: LookupIndex | None, text: str) -> Found:
    async with store.read() as conn:
        return await find_invoice(conn, index, text)


async def found_customer(store: Store, index: LookupIndex | None, text: str) -> Found:
    async with store.read() as conn:
        return await find_customer(conn, index, text)


INVOICE_ANSWERS = {
    "INV-123": ("INV-123", "same number"),
    "inv123": ("INV-123", "same number, written differently"),
    "INV 123": ("INV-123", "same number, written differently"),
    "inv-00123": ("INV-123", "same number, written differently"),
    "#12345": ("INV-12345", "same digits"),
    "12345": ("INV-12345", "same digits"),
    "INV-12354": ("INV-12345", "one character differs"),
    "777": ("SI-99777", "the only number that ends in 777"),
    "SI-99": ("SI-99777", "number starts with «SI-99»"),
    "9977": ("SI-99777", "number contains «9977»"),
    "---": ("---", "same number"),
}
CUSTOMER_ANSWERS = {
    "ABC Inc": ("ABC Inc", "same name"),
    "c-1017": ("Sun Microsystems, Inc.", "same customer number"),
    "abc": ("ABC Inc", "same name, written differently"),
    "sun micro": ("Sun Microsystems, Inc.", "name starts with «sun micro»"),
    "sun": ("Sun Microsystems, Inc.", "name starts with «sun»"),
    "microsystems sun": ("Sun Microsystems, Inc.", "same words in another order"),
    "microsystems": ("Sun Microsystems, Inc.", "name contains «microsystems»"),
    "Sun Micrsystems": ("Sun Microsystems, Inc.", "similar name"),
    "トヨタ": ("株式会社トヨタ", "same name, written differently"),
    "النور": ("شركة النور", "name contains «النور»"),
    "<!channel> & Co": ("<!channel> & Co", "same name"),
    "100%": ("100% Pure_Juice", "name starts with «100%»"),
}


async def answers(store: Store, index: LookupIndex, kind: Kind, texts: Iterable[str]) -> dict[str, tuple[str, str]]:
    async with store.read() as conn:
        found = {text: (await find(conn, index, kind, text)).answer for text in texts}
    return {text: (match.label, match.why) for text, match in found.items() if match}


class TestFindInvoice:
    async def test_answers_with_the_reason(self, filled: Store, index: LookupIndex) -> None:
        assert await answers(filled, index, "invoice", INVOICE_ANSWERS) == INVOICE_ANSWERS

    async def test_an_exact_number_stands_alone(self, filled: Store, index: LookupIndex) -> None:
        found = await found_invoice(filled, index, "INV-12345")
        assert [match.label for match in found.candidates] == ["INV-12345"]

    async def test_a_guess_brings_the_other_candidates(self, filled: Store, index: LookupIndex) -> None:
        found = await found_invoice(filled, index, "inv123")
        assert [match.label for match in found.candidates] == ["INV-123", "INV-12346", "INV-12345"]

    async def test_a_shared_number_answers_the_open_one(self, filled: Store, index: LookupIndex) -> None:
        found = await found_invoice(filled, index, SHARED)
        assert [match.record_id for match in found.candidates] == [
            make_invoice(SHARED, source_id=which).id for which in ("open", "paid")
        ]

    async def test_a_similar_number_is_suggested_never_answered(self, filled: Store, index: LookupIndex) -> None:
        found = await found_invoice(filled, index, "INV-19845")
        assert found.answer is None
        assert "INV-12345" in [match.label for match in found.nearest]

    async def test_a_slip_is_only_suggested_while_its_source_is_read_first(
        self, filled: Store, index: LookupIndex
    ) -> None:
        async with filled.write() as conn:
            cursor = await claim_cursor(conn, "netsuite", "invoices", "run")
        found = await found_invoice(filled, index, "INV-12354")
        assert (found.answer, found.nearest[0].label) == (None, "INV-12345")
        assert (await found_invoice(filled, index, "inv123")).answer
        async with filled.write() as conn:
            await complete_cursor(conn, cursor, at=SEEN_AT)
        assert (await found_invoice(filled, index, "INV-12354")).answer

    async def test_without_an_index_the_keys_still_answer(self, filled: Store) -> None:
        found = await found_invoice(filled, None, "inv123")
        assert found.answer is not None
        assert await found_invoice(filled, None, "INV-19845") == Found()


class TestFindCustomer:
    async def test_answers_with_the_reason(self, filled: Store, index: LookupIndex) -> None:
        assert await answers(filled, index, "customer", CUSTOMER_ANSWERS) == CUSTOMER_ANSWERS

    async def test_an_exact_name_is_plain_beside_its_twins(self, filled: Store, index: LookupIndex) -> None:
        found = await found_customer(filled, index, "ABC Inc")
        assert found.answer is not None
        assert found.answer.is_exact
        assert found.others == ()

    async def test_two_of_one_name_are_both_offered(self, filled: Store, index: LookupIndex) -> None:
        found = await found_customer(filled, index, "Twin")
        assert [match.label for match in found.candidates] == ["Twin", "Twin"]

    async def test_a_miss_suggests_and_answers_nothing(self, filled: Store, index: LookupIndex) -> None:
        found = await found_customer(filled, index, "Sun Bakeries")
        assert found.answer is None
        assert "Sun Microsystems, Inc." in [match.label for match in found.candidates]
        assert found.candidates == found.nearest

    async def test_without_an_index_slips_are_not_found(self, filled: Store) -> None:
        found = await found_customer(filled, None, "Sun Micrsystems")
        assert found.answer is None
        assert found.nearest[0].label == "Sun Microsystems, Inc."
        assert await found_customer(filled, None, "Micrsystems") == Found()


HOSTILE = (
    *("", " ", "%", "_", "'", '"', "\\", "%%%", "' OR 1=1 --", "\n", "\x00", "\ud800", "😀", "☀️", "\u202e", "*"),
    *("a" * 10_000, "sun " * 2_500, "inv123" + " x" * 100),
)
FRAGMENTS = st.sampled_from(["INV-", "123", "sun", " ", "%", "_", "'", "-", "0", "Inc", "&", "株式会社", "و", "\x00"])


class TestAnyText:
    async def test_is_taken_literally(self, filled: Store, index: LookupIndex) -> None:
        async with filled.read() as conn:
            for text in HOSTILE:
                assert (await find(conn, index, "invoice", text)).candidates == (), text
                assert (await find(conn, index, "customer", text)).candidates == (), text

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.one_of(st.text(st.characters()), st.lists(FRAGMENTS).map("".join)), times=st.integers(1, 50))
    async def test_never_fails_and_never_lists_everything(
        self, filled: Store, index: LookupIndex, text: str, times: int
    ) -> None:
        async with filled.read() as conn:
            for kind in ("invoice", "customer"):
                found = await find(conn, index, kind, text * times)
                assert len(found.candidates) <= MAX_CANDIDATES
                assert len({match.record_id for match in found.candidates}) == len(found.candidates)
                assert found.answer is None or found.nearest == ()
