import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text

from store.db import ReadConnection, Store
from store.search import (
    RANGE_ROWS,
    customer_hits,
    customers_named,
    customers_near,
    invoice_hits,
    invoices_keyed,
    invoices_near,
    invoices_numbered,
    names_after,
    names_by_id,
)
from tests.lookup.samples import SEEN_AT, make_customer, make_invoice, save

pytestmark = pytest.mark.both_databases

TABLE_LINE = re.compile(r"\b(?:invoices|customers)\b")


def bounded(plan: str) -> bool:
    """Whether every access to a table goes by a key or a range of an index."""
    if "Scan" in plan:
        return plan.count("Index Scan") == plan.count("Index Cond") and "Seq Scan" not in plan
    return all(line.startswith("SEARCH") for line in plan.splitlines() if TABLE_LINE.search(line))


@pytest.fixture
async def filled(store: Store) -> Store:
    await save(
        store,
        make_customer("Sun Microsystems, Inc.", number="C-1"),
        make_customer("Sunrise Foods"),
        make_customer("Sun Gone Ltd", deleted_at=SEEN_AT),
        make_customer("Szara Sp. z o.o."),
        make_invoice("INV-123", invoice_date=date(2026, 9, 1)),
        make_invoice("INV-1234", open_minor=0),
        make_invoice("SI-9123"),
        make_invoice("INV-123-GONE", source_id="gone", deleted_at=SEEN_AT),
        make_invoice("ZZ-77"),
    )
    return store


class TestInvoices:
    async def test_numbered_is_literal(self, filled: Store) -> None:
        async with filled.read() as conn:
            (hit,) = await invoices_numbered(conn, "INV-123")
            assert (hit.number, hit.number_key, hit.is_open, hit.invoice_date) == (
                "INV-123",
                "inv123",
                True,
                date(2026, 9, 1),
            )
            for literal in ("inv-123", "INV-12%", "INV_123", "' OR number != '", ""):
                assert await invoices_numbered(conn, literal) == ()

    async def test_near_finds_key_beginning_and_ending(self, filled: Store) -> None:
        async with filled.read() as conn:
            hits = await invoices_near(conn, ["inv123"], "123")
        assert sorted(hit.number for hit in hits) == ["INV-123", "INV-1234", "SI-9123"]

    async def test_paid_is_not_open(self, filled: Store) -> None:
        async with filled.read() as conn:
            (hit,) = await invoices_numbered(conn, "INV-1234")
        assert not hit.is_open

    async def test_a_beginning_of_only_the_last_letter_has_no_end(self, filled: Store) -> None:
        async with filled.read() as conn:
            hits = await invoices_near(conn, ["zz"], "")
        assert [hit.number for hit in hits] == ["ZZ-77"]

    async def test_keyed_takes_more_keys_than_one_statement_holds(self, filled: Store) -> None:
        async with filled.read() as conn:
            hits = await invoices_keyed(conn, ["inv123", "zz77", *(f"x{number}" for number in range(1500))])
        assert sorted(hit.number for hit in hits) == ["INV-123", "ZZ-77"]

    async def test_hits_leave_out_what_is_deleted_or_unknown(self, filled: Store) -> None:
        ids = [make_invoice(number).id for number in ("INV-123", "gone", "never seen")]
        async with filled.read() as conn:
            assert [hit.number for hit in await invoice_hits(conn, ids)] == ["INV-123"]

    async def test_ranges_are_bounded_and_start_with_the_newest_numbers(self, store: Store) -> None:
        await save(store, *(make_invoice(f"INV-{number}") for number in range(1000, 1400)))
        async with store.read() as conn:
            hits = await invoices_near(conn, ["inv1"], "")
        assert len(hits) == RANGE_ROWS
        assert hits[0].number == "INV-1399"

    async def test_the_whole_run_of_digits_is_among_a_bounded_ending(self, store: Store) -> None:
        decoys = (make_invoice(f"INV-{number}00077") for number in range(10, 300))
        await save(store, *decoys, make_invoice("ZZ-77"))
        async with store.read() as conn:
            hits = await invoices_near(conn, ["77"], "77")
        assert "ZZ-77" in {hit.number for hit in hits}


class TestCustomers:
    async def test_named_takes_the_name_or_the_number_in_any_case(self, filled: Store) -> None:
        async with filled.read() as conn:
            for written in ("Sun Microsystems, Inc.", "C-1", "c-1"):
                assert [hit.name for hit in await customers_named(conn, written)] == ["Sun Microsystems, Inc."]
            for literal in ("sun microsystems, inc.", "Sun%", "%", "_-1", "C-1'; --"):
                assert await customers_named(conn, literal) == ()

    async def test_near_finds_beginnings_and_swapped_words_but_nothing_deleted(self, filled: Store) -> None:
        async with filled.read() as conn:
            begun = await customers_near(conn, "sun", "sun")
            swapped = await customers_near(conn, "microsystems sun", "microsystems sun")
        assert sorted(hit.name for hit in begun) == ["Sun Microsystems, Inc.", "Sunrise Foods"]
        assert [hit.name for hit in swapped] == ["Sun Microsystems, Inc."]

    async def test_a_beginning_that_ends_in_the_last_letter_has_an_end(self, filled: Store) -> None:
        async with filled.read() as conn:
            hits = await customers_near(conn, "sz", "sz")
        assert [hit.name for hit in hits] == ["Szara Sp. z o.o."]

    async def test_ranges_are_bounded(self, store: Store) -> None:
        await save(store, *(make_customer(f"Acme {number}") for number in range(400)))
        async with store.read() as conn:
            assert len(await customers_near(conn, "acme", "acme")) == RANGE_ROWS

    async def test_hits_leave_out_what_is_deleted_or_unknown(self, filled: Store) -> None:
        ids = [make_customer(name).id for name in ("Sunrise Foods", "Sun Gone Ltd", "never seen")]
        async with filled.read() as conn:
            assert [hit.name for hit in await customer_hits(conn, ids)] == ["Sunrise Foods"]


class TestNames:
    async def test_come_in_pages_without_the_deleted(self, filled: Store) -> None:
        seen: list[str] = []
        after = None
        async with filled.read() as conn:
            while page := await names_after(conn, "customer", after, limit=2):
                assert len(page) <= 2
                seen.extend(name.key for name in page)
                after = page[-1].id
        assert sorted(seen) == ["sun microsystems", "sunrise foods", "szara"]

    async def test_by_id_leaves_out_the_deleted(self, filled: Store) -> None:
        ids = [make_invoice(number).id for number in ("INV-123", "gone")]
        async with filled.read() as conn:
            assert [name.key for name in await names_by_id(conn, "invoice", ids)] == ["inv123"]


QUERIES: tuple[Callable[[ReadConnection], Awaitable[Any]], ...] = (
    lambda conn: invoices_numbered(conn, "INV-1"),
    lambda conn: invoices_near(conn, ["inv1", "1"], "1"),
    lambda conn: invoices_keyed(conn, ["inv1", "inv2"]),
    lambda conn: customers_named(conn, "Sun"),
    lambda conn: customers_near(conn, "sun", "sun"),
    lambda conn: names_after(conn, "customer", make_customer("Sun").id, limit=10),
)


class TestPlans:
    async def test_no_query_reads_a_whole_table(self, store: Store) -> None:
        async with store.read() as conn:
            if not store.is_sqlite:
                # A few rows are read faster without an index; the question is whether one can serve.
                await conn.execute(text("SET enable_seqscan = off"))
            sent: list[tuple[str, Any]] = []

            def remember(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
                if statement.startswith("SELECT"):
                    sent.append((statement, parameters))

            event.listen(conn.sync_connection, "before_cursor_execute", remember)
            for query in QUERIES:
                await query(conn)
            event.remove(conn.sync_connection, "before_cursor_execute", remember)
            explain = "EXPLAIN QUERY PLAN " if store.is_sqlite else "EXPLAIN "
            for statement, parameters in sent:
                plan = await conn.exec_driver_sql(explain + statement, parameters)
                shown = "\n".join(str(row[-1]) for row in plan)
                assert bounded(shown), shown
            assert len(sent) == len(QUERIES)
