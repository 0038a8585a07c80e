"""Rows of notes and messages, and definitions of custom fields, that are not as they should be."""

from collections.abc import Mapping
from typing import Any

import pytest

from store.custom_fields import CustomField
from store.messages import Message
from store.notes import Note
from sync.connector import Broken
from sync.connectors.netsuite.mapping import Other
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.streams import CUSTOM_FIELDS, MESSAGES, NOTES
from tests.sync.netsuite.trees import ACCOUNT

CHANGED = "2026-11-20T10:00:00.000-08:00"
ON_INVOICE = {"internalId": {"@internalId": "900"}, "type": "_invoice"}
ON_ORDER = {"internalId": {"@internalId": "901"}, "type": "_salesOrder"}
OF_CUSTOMER = {"internalId": {"@internalId": "17"}}
NOTE = {"internalId": {"@internalId": "5"}, "title": "Call", "note": "Pays on Friday", "noteDate": CHANGED}
MESSAGE = {
    "internalId": {"@internalId": "6"},
    "subject": "Invoice",
    "message": "<p>Dear Ada</p>",
    "messageDate": CHANGED,
    "recipientEmail": "ada@example.com",
    "cc": "bob@example.com; cy@example.com,dee@example.com",
    "isIncoming": "false",
}
BASIC = {"note": NOTE, "message": MESSAGE}
STREAM = {"note": NOTES, "message": MESSAGES}


def cells(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"searchValue": value} for name, value in values.items() if value is not None}


def read(kind: str, joins: Mapping[str, Mapping[str, Any]], **changes: Any) -> Any:
    row = {"basic": cells(BASIC[kind] | changes)} | {join: cells(part) for join, part in joins.items()}
    return read_record(STREAM[kind], row, ACCOUNT)


@pytest.mark.parametrize("kind", ["note", "message"])
class TestOwner:
    def test_is_the_invoice_before_the_customer(self, kind: str) -> None:
        both = read(kind, {"transactionJoin": ON_INVOICE, "customerJoin": OF_CUSTOMER})
        assert both.about_id == "netsuite:invoice:900"
        assert read(kind, {"customerJoin": OF_CUSTOMER}).about_id == "netsuite:customer:17"

    def test_that_is_none_of_ours_leaves_the_row_out(self, kind: str) -> None:
        assert isinstance(read(kind, {}), Other)
        assert isinstance(read(kind, {"transactionJoin": ON_ORDER}), Other)

    def test_of_an_unknown_type_is_told(self, kind: str) -> None:
        found = read(kind, {"transactionJoin": ON_INVOICE | {"type": None, "kind": "_invoice"}})
        assert isinstance(found, Broken)
        assert (found.kind, found.reason) == (kind, "transactionJoin.type: is missing")


class TestNote:
    def test_on_an_order_is_not_taken_for_its_customers(self) -> None:
        assert isinstance(read("note", {"transactionJoin": ON_ORDER, "customerJoin": OF_CUSTOMER}), Other)

    def test_without_words_has_its_title(self) -> None:
        found = read("note", {"customerJoin": OF_CUSTOMER}, note=None)
        assert isinstance(found, Note)
        assert found.text == "Call"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"note": None, "title": None}, "note: is missing"),
            ({"noteDate": None}, "noteDate: is missing"),
            ({"noteDate": "20/11/26"}, "noteDate: «20/11/26» is no date"),
            ({"noteDate": "2026-11-20T10:00:00"}, "noteDate: «2026-11-20T10:00:00» has no time zone"),
        ],
    )
    def test_that_cannot_be_read_is_told_with_its_field(self, changes: dict[str, Any], reason: str) -> None:
        found = read("note", {"customerJoin": OF_CUSTOMER}, **changes)
        assert isinstance(found, Broken)
        assert (found.source_id, found.kind, found.reason) == ("5", "note", reason)


class TestMessage:
    def test_on_an_order_is_its_customers(self) -> None:
        found = read("message", {"transactionJoin": ON_ORDER, "customerJoin": OF_CUSTOMER})
        assert isinstance(found, Message)
        assert found.about_id == "netsuite:customer:17"
        assert (found.text, found.cc) == ("Dear Ada", "bob@example.com cy@example.com dee@example.com")

    def test_without_a_subject_is_kept(self) -> None:
        assert read("message", {"customerJoin": OF_CUSTOMER}, subject=None).subject == "(no subject)"

    def test_without_a_date_is_told(self) -> None:
        found = read("message", {"customerJoin": OF_CUSTOMER}, messageDate=None, sentAt=CHANGED)
        assert isinstance(found, Broken)
        assert found.reason == "messageDate: is missing"


def definition(**changes: Any) -> Any:
    tree = {
        "@internalId": "2101",
        "@type": "EntityCustomField",
        "fieldType": "_eMailAddress",
        "scriptId": "custentity_ap",
        "label": "AP e-mail",
        "appliesToCustomer": "true",
    }
    stream: Stream = CUSTOM_FIELDS
    return read_record(stream, tree | changes, ACCOUNT)


class TestDefinition:
    def test_says_on_what_and_of_which_type_a_field_is(self) -> None:
        found = definition()
        assert isinstance(found, CustomField)
        assert (found.kind, found.script_id, found.field_type) == ("customer", "custentity_ap", "email")
        on_invoice = definition(**{"@type": "TransactionBodyCustomField", "bodySale": "true", "fieldType": "_currency"})
        assert (on_invoice.kind, on_invoice.field_type) == ("invoice", "money")

    @pytest.mark.parametrize(
        "changes", [{"appliesToCustomer": "false"}, {"fieldType": "_password"}, {"@type": "ItemCustomField"}]
    )
    def test_of_what_is_none_of_ours_is_left_out(self, changes: dict[str, str]) -> None:
        assert isinstance(definition(**changes), Other)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"fieldType": "_hologram"}, "fieldType: «_hologram» is a type that we do not know"),
            ({"fieldType": None}, "fieldType: is missing"),
            ({"scriptId": None}, "scriptId: is missing"),
        ],
    )
    def test_that_cannot_be_read_is_told_with_its_field(self, changes: dict[str, Any], reason: str) -> None:
        found = definition(**changes)
        assert isinstance(found, Broken)
        assert found.reason == reason
