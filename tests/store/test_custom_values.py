import json
from typing import Any

import pytest

from store.custom_values import CustomMatch, has_value, value_names, values_in_use
from store.db import Store
from store.open_invoices import open_invoice_page
from store.portfolio import InvoiceFilter
from store.subscriptions import filter_json, filter_of_json
from tests.store.make import AT, CUSTOMER_ID, make_customer, make_invoice, save

pytestmark = pytest.mark.both_databases

FIELD = "custbody_sent_by"


def text(value: str) -> dict[str, Any]:
    return {"type": "String", "value": value}


def choice(name: str) -> dict[str, str]:
    return {"id": "1", "name": name}


def fields(value: Any, script_id: str = FIELD) -> str:
    return json.dumps({script_id: value}, ensure_ascii=False, separators=(",", ":"))


SELECTED = fields({"type": "Select", "value": choice('E"MEA %')})
SEVERAL = fields({"type": "MultiSelect", "value": [choice("E-mail"), choice("Pôrtal")]})


DATES = {
    "1": "2026-12-01",
    "2": "2026-12-01T09:15:00.000-08:00",
    "3": "2026-12-01T21:59:59.000-05:00",
    "4": "2026-12-02T00:30:00Z",
    "5": "2026-12-01T09:15:00",
    "6": "2026-02-30T00:00:00.000-08:00",
    "7": "2024-02-29T12:00:00+00:00",
    "8": "9999-12-31T12:00:00+00:00",
    "9": "2026-12-01 or so",
}
ON_DAYS: tuple[tuple[str, str, list[str]], ...] = (
    ("2026-12-01", "America/New_York", ["1", "2", "3", "4"]),
    ("2026-12-01", "UTC", ["1", "2"]),
    ("2026-12-02", "UTC", ["3", "4"]),
    ("2026-12-02", "Pacific/Kiritimati", ["2", "3", "4"]),
    ("2024-02-29", "UTC", ["7"]),
    ("9999-12-31", "UTC", ["8"]),
    ("0001-01-01", "Pacific/Kiritimati", []),
    ("2026-02-30", "UTC", []),
    ("soon", "UTC", []),
    ("2026-12-01", "Nowhere/Else", []),
    ("2026-12-01", "../../etc/passwd", []),
)


class TestValueNames:
    @pytest.mark.parametrize(
        ("kept", "expected"),
        [
            (fields(text("EMEA")), ("EMEA",)),
            (SELECTED, ('E"MEA %',)),
            (SEVERAL, ("E-mail", "Pôrtal")),
            (fields({"type": "Select", "value": {"id": "7", "name": None}}), ("7",)),
            (fields({"type": "String", "value": None}), ()),
            (fields(text("x"), "other"), ()),
            ("{}", ()),
        ],
    )
    def test_are_what_people_read(self, kept: str, expected: tuple[str, ...]) -> None:
        assert value_names(kept, FIELD) == expected


class TestFilter:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("EMEA", ["1"]),
            ('E"MEA %', ["2"]),
            ("Pôrtal", ["3"]),
            ("E-mail", ["3"]),
            ("ortal", []),
            ("EM", []),
            ('{"name":"EMEA"}', []),
            ("%", []),
        ],
    )
    async def test_finds_in_the_database_what_it_matches(self, store: Store, value: str, expected: list[str]) -> None:
        kept = {"1": fields(text("EMEA")), "2": SELECTED, "3": SEVERAL, "4": "{}"}
        made = [make_invoice(source_id, custom_fields_json=each) for source_id, each in kept.items()]
        await save(store, *made)
        wanted = CustomMatch(kind="invoice", script_id=FIELD, value=value)
        async with store.read() as conn:
            page = await open_invoice_page(conn, InvoiceFilter(custom=wanted), AT.date(), limit=9)
        assert [each.source_id for each in page.invoices] == expected
        assert [each.source_id for each in made if has_value(wanted, each.custom_fields_json)] == expected

    async def test_of_a_day_finds_each_instant_on_it(self, store: Store) -> None:
        made = [
            make_invoice(key, custom_fields_json=fields({"type": "Date", "value": each})) for key, each in DATES.items()
        ]
        await save(store, *made)
        for day, zone, expected in ON_DAYS:
            wanted = CustomMatch(kind="invoice", script_id=FIELD, value=day, zone=zone)
            async with store.read() as conn:
                page = await open_invoice_page(conn, InvoiceFilter(custom=wanted), AT.date(), limit=99)
            assert (day, zone, [each.source_id for each in page.invoices]) == (day, zone, expected)
            assert [each.source_id for each in made if has_value(wanted, each.custom_fields_json)] == expected

    async def test_of_the_customer_finds_its_invoices(self, store: Store) -> None:
        await save(store, make_customer(custom_fields_json=fields(text("EMEA"))), make_invoice("1"))
        await save(store, make_invoice("2", customer_id=None))
        wanted = InvoiceFilter(custom=CustomMatch(kind="customer", script_id=FIELD, value="EMEA"))
        async with store.read() as conn:
            page = await open_invoice_page(conn, wanted, AT.date(), limit=9)
        assert [(each.source_id, each.customer_id) for each in page.invoices] == [("1", CUSTOMER_ID)]

    async def test_no_name_of_a_field_gets_into_the_statement(self, store: Store) -> None:
        await save(store, make_invoice("1"))
        wanted = InvoiceFilter(custom=CustomMatch(kind="invoice", script_id='x" or 1=1', value="EMEA"))
        async with store.read() as conn:
            assert (await open_invoice_page(conn, wanted, AT.date(), limit=9)).invoices == ()
            assert await values_in_use(conn, "invoice", "x'", limit=9) == ()

    def test_is_kept_with_a_subscription(self) -> None:
        wanted = InvoiceFilter(custom=CustomMatch(kind="invoice", script_id=FIELD, value="EMEA"))
        assert filter_of_json(filter_json(wanted)) == wanted
        older = json.loads(filter_json(InvoiceFilter()))
        del older["custom"]
        assert filter_of_json(json.dumps(older)) == InvoiceFilter()


class TestValuesInUse:
    async def test_are_each_once_without_what_was_deleted(self, store: Store) -> None:
        made = [fields(text("b")), fields(text("b")), SEVERAL, fields(text("{no json"))]
        await save(store, *[make_invoice(str(n), custom_fields_json=each) for n, each in enumerate(made)])
        await save(store, make_invoice("gone", custom_fields_json=fields(text("z")), deleted_at=AT))
        async with store.read() as conn:
            assert await values_in_use(conn, "invoice", FIELD, limit=9) == ("E-mail", "Pôrtal", "b", "{no json")
