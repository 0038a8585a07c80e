from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from sync.connectors.salesforce.soql import AnyOf, Condition, Like, OfAny, Query, literal

HOSTILE = ["' OR Name != '", "%", "_", "\\", "\\' OR Id != '", "\u2019 OR \u2018", "a\nb\r\tc", "x" * 10_000, '"']


class TestLiteral:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("O'Neil", r"'O\'Neil'"),
            ("a\\", r"'a\\'"),
            ("%_", "'%_'"),
            (True, "true"),
            (None, "null"),
            (7, "7"),
            (Decimal("1E+3"), "1000"),
            (date(2026, 11, 22), "2026-11-22"),
            (datetime(2026, 11, 22, 2, 40, tzinfo=UTC), "2026-11-22T02:40:00Z"),
            (datetime(2026, 11, 22, 2, 40, 0, 5000, tzinfo=UTC), "2026-11-22T02:40:00.005Z"),
            (datetime(2026, 11, 22, 2, 40, tzinfo=timezone(timedelta(hours=2))), "2026-11-22T00:40:00Z"),
            (("a", "b'"), r"('a', 'b\'')"),
        ],
    )
    def test_each_kind_of_value(self, value: object, written: str) -> None:
        assert literal(value) == written  # type: ignore[arg-type]  # of every kind

    @pytest.mark.parametrize("value", [datetime(2026, 1, 1), Decimal("NaN"), (), object()])  # noqa: DTZ001 - refused
    def test_what_is_no_value_is_refused(self, value: object) -> None:
        with pytest.raises(ValueError, match=r".+"):
            literal(value)  # type: ignore[arg-type]  # of no kind

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_text_never_ends_its_quotes(self, text: str) -> None:
        written = literal(text)
        inside = written[1:-1].replace("\\\\", "").replace("\\'", "")
        assert (written[0], written[-1]) == ("'", "'")
        assert "'" not in inside
        assert "\n" not in written


class TestLike:
    @pytest.mark.parametrize(
        ("text", "is_end", "written"),
        [
            ("tesorio-k3v7qamx", True, "Title LIKE '%tesorio-k3v7qamx'"),
            ("50% off_", False, r"Title LIKE '%50\% off\_%'"),
            ("%", True, r"Title LIKE '%\%'"),
            ("a\\'b", True, r"Title LIKE '%a\\\'b'"),
        ],
    )
    def test_only_its_own_signs_are_wildcards(self, text: str, is_end: bool, written: str) -> None:  # noqa: FBT001 - a table's column
        assert str(Like(field="Title", text=text, is_end=is_end)) == written

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_text_never_ends_its_quotes(self, text: str) -> None:
        written = str(Like(field="Title", text=text)).removeprefix("Title LIKE ")
        inside = written[1:-1].replace("\\\\", "").replace("\\'", "")
        assert "'" not in inside
        assert inside.count("%") == inside.count("\\%") + 2


class TestOfAny:
    def test_names_an_object_and_nothing_else(self) -> None:
        assert str(OfAny(field="LinkedEntityId", source="Account")) == "LinkedEntityId IN (SELECT Id FROM Account)"
        with pytest.raises(ValueError, match="no name"):
            str(OfAny(field="LinkedEntityId", source="Account) OR (Id"))


class TestQuery:
    def test_all_parts_in_their_order(self) -> None:
        at = datetime(2026, 11, 22, tzinfo=UTC)
        query = Query(
            fields=("Id", "Owner.Email"),
            source="Account",
            where=(
                Condition(field="SystemModstamp", is_=">=", value=at),
                AnyOf(
                    conditions=(
                        Condition(field="SystemModstamp", is_=">", value=at),
                        Condition(field="Id", is_="IN", value=("1", "2")),
                    )
                ),
            ),
            order=("SystemModstamp", "Id"),
            limit=200,
        )
        assert str(query) == (
            "SELECT Id, Owner.Email FROM Account WHERE SystemModstamp >= 2026-11-22T00:00:00Z AND "
            "(SystemModstamp > 2026-11-22T00:00:00Z OR Id IN ('1', '2')) ORDER BY SystemModstamp, Id LIMIT 200"
        )
        assert str(query.counting()).startswith("SELECT COUNT() FROM Account WHERE")

    @pytest.mark.parametrize("name", ["", "Id, Name", "Name FROM User", "a.b.c.d.e.f", "x'", "9a", "Id--", "N\u00e4me"])
    def test_a_name_can_be_nothing_else(self, name: str) -> None:
        for query in (
            Query(fields=(name,), source="Account"),
            Query(fields=("Id",), source=name),
            Query(fields=("Id",), source="Account", order=(name,)),
            Query(fields=("Id",), source="Account", where=(Condition(field=name, is_="=", value=1),)),
        ):
            with pytest.raises(ValueError, match="no name"):
                str(query)

    @pytest.mark.parametrize(("operator", "value"), [("IN", "x"), ("=", ("x",))])
    def test_lists_go_with_in_alone(self, operator: str, value: object) -> None:
        with pytest.raises(ValueError, match="does not go with"):
            str(Condition(field="Id", is_=operator, value=value))  # type: ignore[arg-type]  # refused
