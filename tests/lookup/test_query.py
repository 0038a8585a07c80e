import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.edits import LONGEST, SHORTEST, one_edit_keys
from bot.lookup.query import customer_query, invoice_query, is_too_long, literal, quoted


class TestInvoiceQuery:
    @pytest.mark.parametrize(
        ("text", "keys", "digits", "is_bare"),
        [
            ("INV 123", ("inv123", "123"), "123", False),
            ("inv-00123", ("inv123", "123"), "123", False),
            ("#12345", ("12345",), "12345", True),
            ("invoice 12345", ("invoice12345", "12345"), "12345", True),
            ("Invoice no. 77", ("invoiceno77", "no77", "77"), "77", True),
            ("invoice INV-123", ("invoiceinv123", "inv123", "123"), "123", False),
            ("no no no no no 1", ("nononononono1"[2:], "nononono1", "nonono1"), "1", False),
            ("SI-12/A", ("si12a",), "", False),
            ("north 12", ("north12",), "12", False),
            ("QX-25Z-499", ("qx25z499",), "", False),
            ("%", (), "", False),
            ("", (), "", False),
        ],
    )
    def test_forms(self, text: str, keys: tuple[str, ...], digits: str, *, is_bare: bool) -> None:
        query = invoice_query(text)
        assert (query.keys, query.digits, query.is_bare) == (keys, digits, is_bare)

    @given(st.text(st.characters()), st.integers(1, 200))
    def test_takes_any_text(self, text: str, times: int) -> None:
        query = invoice_query(text * times)
        assert len(query.keys) <= 3
        assert all(key.isalnum() and key.isascii() for key in query.keys)


class TestCustomerQuery:
    def test_forms(self) -> None:
        query = customer_query("  Micro Sun, Inc. ")
        assert (query.text, query.key, query.sorted_key) == ("Micro Sun, Inc.", "micro sun", "micro sun")


class TestTooLong:
    def test_has_no_forms(self) -> None:
        text = "sun " * 2500
        assert is_too_long(text)
        assert (customer_query(text).text, customer_query(text).key, invoice_query(text).keys) == ("", "", ())

    def test_spaces_around_do_not_count(self) -> None:
        assert literal(" " * 500 + "x" * 200) == "x" * 200


class TestLiteral:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            (" a ", "a"),
            ("a\x00b", "ab"),
            ("a\ud800b", "ab"),
            ("e\u0301", "é"),
            ("x" * 201, ""),
            (f" {'x' * 200} ", "x" * 200),
            ("% _ '", "% _ '"),
        ],
    )
    def test_is_what_a_database_can_hold(self, text: str, kept: str) -> None:
        assert literal(text) == kept


class TestQuoted:
    def test_is_one_short_line(self) -> None:
        assert quoted("sun\n micro") == "«sun micro»"
        assert quoted("x" * 10_000) == f"«{'x' * 39}…»"


class TestOneEditKeys:
    @pytest.mark.parametrize("slip", ["inv1234", "inv12", "inv124", "inv132", "nv123", "ivn123", "xinv123"])
    def test_hold_every_slip(self, slip: str) -> None:
        assert slip in one_edit_keys("inv123")

    @pytest.mark.parametrize("other", ["inv123", "inv12345", "inv456", "in123x"])
    def test_hold_nothing_else(self, other: str) -> None:
        assert other not in one_edit_keys("inv123")

    def test_are_none_for_what_is_too_short_or_too_long(self) -> None:
        assert not one_edit_keys("1" * (SHORTEST - 1))
        assert not one_edit_keys("1" * (LONGEST + 1))
        assert len(one_edit_keys("1" * LONGEST)) < 2000
