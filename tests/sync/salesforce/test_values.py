from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.salesforce import hands
from sandbox.salesforce.field import Field as StandInField
from sandbox.salesforce.field import FieldType
from store.crm.accounts import CrmAccount
from store.custom_values import value_names
from sync.connectors.salesforce.bulk import rows_in
from sync.connectors.salesforce.describe import Field
from sync.connectors.salesforce.mapping import custom_fields
from sync.connectors.salesforce.values import (
    UnreadableFieldError,
    boolean,
    identifier,
    instant,
    plain,
    required,
    text,
    value_at,
)
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import salesforce_bench

ROW: dict[str, Any] = {
    "Name": "  Acme ",
    "Blank": "  ",
    "Owner": {"Name": "Ada"},
    "NoOwner": None,
    "Count": Decimal("1E+3"),
    "Is": True,
    "At": "2026-11-22T02:40:00.000+0000",
}


class TestText:
    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("Name", "Acme"),
            ("Blank", None),
            ("Gone", None),
            ("Owner.Name", "Ada"),
            ("Owner.Gone", None),
            ("NoOwner.Name", None),
            ("Name.Name", None),
            ("Count", "1000"),
        ],
    )
    def test_of_a_field_or_behind_a_relationship(self, path: str, found: str | None) -> None:
        assert text(ROW, path) == found

    @pytest.mark.parametrize("path", ["Owner", "Is"])
    def test_what_is_no_text_is_told_with_its_field(self, path: str) -> None:
        with pytest.raises(UnreadableFieldError, match=path):
            text(ROW, path)

    def test_what_has_to_be_there(self) -> None:
        with pytest.raises(UnreadableFieldError, match="Blank is empty"):
            required(ROW, "Blank")


class TestKeys:
    @pytest.mark.parametrize("bulk_above", [0, 20_000])
    async def test_a_number_is_the_key_that_people_wrote(self, bulk_above: int) -> None:
        async with salesforce_bench(customers=2, account_field="Erp_No__c", bulk_above=bulk_above) as bench:
            number = StandInField(
                name="Erp_No__c", label="No.", type=FieldType.DOUBLE, precision=18, scale=0, is_custom=True
            )
            hands.define_field(bench.org, "Account", number)
            source_id = min(bench.ids("accounts"))
            bench.org.edit("Account", source_id, Erp_No__c=1070)
            found = records_of(await read(bench))[source_id]
        assert isinstance(found, CrmAccount)
        assert found.key == "1070"
        assert value_names(found.custom_fields_json, "salesforce.Erp_No__c") == ("1070",)

    @pytest.mark.parametrize(
        ("told", "meant"),
        [
            ("1.2345678E7", "12345678"),
            (Decimal("1.2345678E7"), "12345678"),
            ("1.0E7", "10000000"),
            ("12345678.0", "12345678"),
            ("7.50", "7.50"),
            ("A1E7", "A1E7"),
        ],
    )
    def test_a_large_one_too_however_it_is_written(self, told: object, meant: str) -> None:
        assert identifier({"No__c": told}, "No__c", is_number=True) == meant

    def test_a_text_that_looks_like_one_stays_as_it_is(self) -> None:
        assert identifier({"No__c": "1E7"}, "No__c", is_number=False) == "1E7"


class TestOthers:
    @pytest.mark.parametrize(
        "written", ["2026-11-22T02:40:00.000+0000", "2026-11-22T02:40:00.000Z", "2026-11-21T21:40:00-05:00"]
    )
    def test_an_instant_of_json_and_of_a_bulk_file(self, written: str) -> None:
        assert instant({"At": written}, "At") == datetime(2026, 11, 22, 2, 40, tzinfo=UTC)

    @pytest.mark.parametrize("written", [None, "", "yesterday", "2026-02-30T00:00:00Z", "2026-11-22T02:40:00", 7])
    def test_no_instant_is_told(self, written: object) -> None:
        with pytest.raises(UnreadableFieldError, match="At is"):
            instant({"At": written}, "At")

    def test_a_box_that_may_not_be_seen_has_a_default(self) -> None:
        assert boolean(ROW, "Gone", default=True)
        assert boolean(ROW, "Is")
        with pytest.raises(UnreadableFieldError):
            boolean(ROW, "Name")

    @pytest.mark.parametrize(
        ("value", "kept"), [(None, None), ("", None), (True, "true"), (Decimal("12.50"), "12.50"), ([], None)]
    )
    def test_plain_values(self, value: object, kept: object) -> None:
        assert plain(value) == kept


class TestCustomFields:
    def test_each_kind_of_value(self) -> None:
        fields = (
            Field(name="Tags__c", label="Tags", type="multipicklist"),
            Field(name="Who__c", label="Who", type="reference", reference_to=("Contact",), relationship="Who__r"),
            Field(name="Empty__c", label="Empty", type="string"),
        )
        row = {"Tags__c": "A;B", "Who__c": "003", "Who__r": {"Name": "Ada"}, "Empty__c": None}
        assert custom_fields(row, fields) == (
            '{"salesforce.Tags__c":{"type":"multipicklist","value":["A","B"]},'
            '"salesforce.Who__c":{"type":"reference","value":{"id":"003","name":"Ada"}}}'
        )


class TestRowsIn:
    def test_what_is_reached_stands_in_its_column(self) -> None:
        csv = '"Id","IsDeleted","Owner.Name","Owner.IsActive","Note__c"\n"1","false","Ada","true","a\nb, ""c"""\n'
        (row,) = rows_in(csv, frozenset({"IsDeleted", "Owner.IsActive"}))
        assert row == {
            "Id": "1",
            "IsDeleted": False,
            "Owner.Name": "Ada",
            "Owner.IsActive": True,
            "Note__c": 'a\nb, "c"',
        }
        assert value_at(row, "Owner.Name") == value_at({"Owner": {"Name": "Ada"}}, "Owner.Name") == "Ada"
        assert value_at(row, "Payer__r.Name") is None

    def test_nothing_is_no_value(self) -> None:
        assert list(rows_in('"Id","Phone"\n"1",""\n', frozenset())) == [{"Id": "1"}]
        assert list(rows_in("", frozenset())) == []

    def test_a_row_that_is_cut_off_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            list(rows_in('"Id","Phone"\n"1"\n', frozenset()))
