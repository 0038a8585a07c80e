from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.lookup.answers import answer_json, decimal_text, read_answer, record_as_of
from bot.lookup.find import find
from bot.lookup.match import Match, Reason
from store.cursors import advance_cursor, claim_cursor
from store.db import ReadConnection, Store
from store.invoices import InvoiceStatus
from store.money import Money
from store.records import RecordId
from store.search import Kind
from tests.lookup.samples import SEEN_AT, delete, make_customer, make_invoice, save

TODAY = date(2026, 11, 22)
COVERED = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SUN = make_customer("Sun Microsystems, Inc.", source_id="1017", number="C-1017")
INVOICE = make_invoice("INV-123", source_id="9001", customer_id=SUN.id)
KINDS: tuple[Kind, ...] = ("invoice", "customer")
YEN = make_invoice("INV-777", customer_id=SUN.id, currency="JPY", open_minor=1_000, due_date=None)


@pytest.fixture
async def filled(store: Store) -> Store:
    await save(store, SUN, INVOICE, YEN, make_customer("Sunrise Foods"))
    return store


async def cover(store: Store) -> None:
    async with store.write() as conn:
        cursor = await claim_cursor(conn, "netsuite", "invoices", "run")
        await advance_cursor(conn, cursor, value="", covered_until=COVERED)


async def answer(conn: ReadConnection, kind: Kind, text: str) -> dict[str, Any]:
    """The line of one query, with the keys of the store alone."""
    found = await find(conn, None, kind, text)
    return answer_json(text, kind, found, await read_answer(conn, found.answer, today=TODAY), today=TODAY)


class TestAnswer:
    async def test_of_an_invoice(self, filled: Store) -> None:
        await cover(filled)
        async with filled.read() as conn:
            assert await answer(conn, "invoice", "inv123") == {
                "query": "inv123",
                "kind": "invoice",
                "answer": {
                    "number": "INV-123",
                    "customer": "Sun Microsystems, Inc.",
                    "status": "open",
                    "currency": "USD",
                    "total": "123.45",
                    "open_balance": "50.00",
                    "due_date": "2026-11-01",
                    "days_past_due": 21,
                    "source": "netsuite",
                    "source_id": "9001",
                    "as_of": "2026-11-22T06:00:00+00:00",
                },
                "reason": "same number, written differently",
                "candidates": ["INV-123"],
            }

    async def test_of_an_invoice_without_due_date_or_customer(self, store: Store) -> None:
        await save(store, replace(YEN, customer_id=None))
        async with store.read() as conn:
            told = await answer(conn, "invoice", "INV-777")
        body = told["answer"]
        assert (body["customer"], body["due_date"], body["days_past_due"]) == (None, None, 0)
        assert (body["total"], body["open_balance"]) == ("12345", "1000")

    async def test_what_is_not_owed_is_never_past_due(self, store: Store) -> None:
        for status in (InvoiceStatus.PENDING, InvoiceStatus.VOIDED):
            await save(store, replace(INVOICE, customer_id=None, status=status))
            async with store.read() as conn:
                body = (await answer(conn, "invoice", "INV-123"))["answer"]
            assert (body["status"], body["open_balance"], body["days_past_due"]) == (status.value, "50.00", 0)

    async def test_of_a_customer(self, filled: Store) -> None:
        async with filled.read() as conn:
            assert await answer(conn, "customer", "sun") == {
                "query": "sun",
                "kind": "customer",
                "answer": {
                    "name": "Sun Microsystems, Inc.",
                    "balances": [
                        {"currency": "USD", "open_balance": "50.00", "past_due_balance": "50.00"},
                        {"currency": "JPY", "open_balance": "1000", "past_due_balance": "0"},
                    ],
                    "source": "netsuite",
                    "source_id": "1017",
                    "as_of": SEEN_AT.isoformat(),
                },
                "reason": "name starts with «sun»",
                "candidates": ["Sun Microsystems, Inc.", "Sunrise Foods"],
            }

    async def test_of_nothing(self, filled: Store) -> None:
        async with filled.read() as conn:
            for kind in KINDS:
                told = await answer(conn, kind, "%")
                assert told == {"query": "%", "kind": kind, "answer": None, "reason": "no match", "candidates": []}

    async def test_leaves_out_the_deleted(self, filled: Store) -> None:
        await delete(filled, SUN)
        async with filled.read() as conn:
            told = await answer(conn, "customer", "Sun Microsystems, Inc.")
        assert told["answer"] is None


class TestReadAnswer:
    async def test_of_a_record_that_was_never_seen_is_none(self, filled: Store) -> None:
        async with filled.read() as conn:
            for kind in KINDS:
                unknown = Match(
                    kind=kind, record_id=RecordId("?"), label="?", reason=Reason.SIMILAR, why="similar name (90 %)"
                )
                assert await read_answer(conn, unknown, today=TODAY) is None


class TestRecordAsOf:
    def test_is_the_newest_reading_that_counts(self) -> None:
        later = COVERED + timedelta(minutes=5)
        assert record_as_of(INVOICE, None) == SEEN_AT
        assert record_as_of(INVOICE, COVERED) == COVERED
        assert record_as_of(replace(INVOICE, refreshed_at=later), COVERED) == later
        assert record_as_of(replace(SUN, refreshed_at=COVERED), later) == later


class TestDecimalText:
    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [
            (5, "USD", "0.05"),
            (0, "USD", "0.00"),
            (-150, "USD", "-1.50"),
            (7, "JPY", "7"),
            (1234, "KWD", "1.234"),
            (10**17, "USD", "1000000000000000.00"),
        ],
    )
    def test_has_the_decimals_of_the_currency(self, minor: int, currency: str, text: str) -> None:
        assert decimal_text(Money(currency=currency, minor=minor)) == text
