# ruff: noqa: RUF001 - names in other scripts are the point here
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.keys import KEY_CHARACTERS, name_key, number_key, plain_words, reversed_number_key, sorted_name_key

pytestmark = pytest.mark.both_databases

# Every code point, lone surrogates and NUL included: what people paste is not under our control.
ANY_TEXT = st.text(st.characters())
NAME_LIKE = st.lists(
    st.sampled_from(
        "The Sun & and s a n d p t Inc. S.A. de C.V. R.L. GmbH Co KG sp z o.o. ООО 株式会社 AB 7 é ' - ( )".split(),
    ),
).map(" ".join)


class TestNameKey:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("Sun Microsystems, Inc.", "sun microsystems"),
            ("SUN MICROSYSTEMS INCORPORATED", "sun microsystems"),
            ("  sun\tmicrosystems\n", "sun microsystems"),
            ("The Home Depot", "home depot"),
            ("Müller GmbH & Co. KG", "muller"),
            ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo"),
            ("Aceros Sol S. de R.L. de C.V.", "aceros sol"),
            ("Acme Pty. Ltd.", "acme"),
            ("Acme Private Limited", "acme"),
            ("Maju Sdn. Bhd.", "maju"),
            ("PKO Sp. z o.o.", "pko"),
            ("Ørsted A/S", "orsted"),
            ("L’Oréal S.A.", "loreal"),
            ("J. P. Morgan", "jp morgan"),
            ("I.B.M.", "ibm"),
            ("Smith and Sons", "smith sons"),
            ("Smith & Sons", "smith sons"),
            ("Coca-Cola", "coca cola"),
            ("ООО «Ромашка»", "romashka"),
            ("株式会社トヨタ", "toyota"),
            ("トヨタ㈱", "toyota"),
            ("ＡＢＣ Inc", "abc"),
            ("Sun® ☀️ Micro", "sun micro"),
            ("شركة النور", "shrkh lnwr"),
        ],
    )
    def test_levels_what_people_write_differently(self, name: str, key: str) -> None:
        assert name_key(name) == key

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ABC Inc", "ABC Industries"),
            ("ABC Inc", "ABC Inc (UK)"),
            ("First National Bank", "First National Bank of Omaha"),
            ("Incline", "Inc Line"),
        ],
    )
    def test_keeps_different_names_apart(self, one: str, other: str) -> None:
        assert name_key(one) != name_key(other)

    @pytest.mark.parametrize(
        ("name", "key"),
        [("Limited", "limited"), ("The Limited", "limited"), ("The The", "the"), ("S.A.", "sa"), ("& Co", "co")],
    )
    def test_never_drops_the_last_word(self, name: str, key: str) -> None:
        assert name_key(name) == key

    @pytest.mark.parametrize(
        "name", ["", "   ", "!!!", "%", "_", "'", "«»", "\u200f\u202e", "\x00", "☀️", "😀", "🇺🇸", "\ue000"]
    )
    def test_of_no_letters_is_empty(self, name: str) -> None:
        assert not name_key(name)

    def test_keeps_a_name_that_is_only_a_legal_form_in_another_script(self) -> None:
        assert name_key("株式会社")

    @given(st.one_of(ANY_TEXT, NAME_LIKE))
    def test_is_idempotent(self, text: str) -> None:
        assert name_key(name_key(text)) == name_key(text)

    @given(ANY_TEXT, st.integers(1, 400))
    def test_is_bounded_plain_words(self, text: str, times: int) -> None:
        for form in (plain_words, name_key, sorted_name_key):
            key = form(text * times)
            assert len(key) <= KEY_CHARACTERS
            assert re.fullmatch(r"(?:[0-9a-z]+(?: [0-9a-z]+)*)?", key)


class TestSortedNameKey:
    def test_meets_whatever_the_order_of_words(self) -> None:
        assert sorted_name_key("Microsystems Sun") == sorted_name_key("Sun Microsystems, Inc.")


class TestNumberKey:
    @pytest.mark.parametrize(
        ("number", "key"),
        [
            ("INV-00123", "inv123"),
            ("inv 123", "inv123"),
            ("INV.123", "inv123"),
            ("inv123", "inv123"),
            ("#12345", "12345"),
            ("INV/2024/00017", "inv202417"),
            ("000", "0"),
            ("0-5", "5"),
            ("１２３", "123"),
            ("№ 77", "no77"),
        ],
    )
    def test_levels_case_separators_and_leading_zeros(self, number: str, key: str) -> None:
        assert number_key(number) == key

    @pytest.mark.parametrize("number", ["INV-1023", "INV-1230", "IN-123", "INV-124"])
    def test_keeps_different_numbers_apart(self, number: str) -> None:
        assert number_key(number) != number_key("INV-123")

    @pytest.mark.parametrize("number", ["", "---", "#", "%", "_", "😀"])
    def test_of_no_digits_or_letters_is_empty(self, number: str) -> None:
        assert not number_key(number)

    @given(ANY_TEXT)
    def test_is_idempotent(self, text: str) -> None:
        assert number_key(number_key(text)) == number_key(text)

    @given(st.from_regex(r"[A-Za-z]{0,3}[ ./_-]?0{0,4}[1-9][0-9]{0,6}", fullmatch=True))
    def test_ignores_case(self, number: str) -> None:
        assert number_key(number.upper()) == number_key(number.lower())

    @given(ANY_TEXT, st.integers(1, 400))
    def test_is_bounded(self, text: str, times: int) -> None:
        key = number_key(text * times)
        assert len(key) <= KEY_CHARACTERS
        assert re.fullmatch(r"[0-9a-z]*", key)

    def test_backwards_is_the_same_key(self) -> None:
        assert reversed_number_key("INV-00123") == "321vni"


class TestCost:
    # A quadratic form would take minutes for a million characters.
    @pytest.mark.timeout(60)
    @pytest.mark.parametrize(
        "text", ["0" * 1_000_000, "a " * 500_000, "ﷺ" * 500_000, " " * 1_000_000, "s a " * 250_000]
    )
    def test_does_not_grow_with_the_text(self, text: str) -> None:
        assert len(number_key(text)) <= KEY_CHARACTERS
        assert sorted_name_key(text) is not None
