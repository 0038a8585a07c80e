import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.text import clean, cut, esc, literal, size


class TestClean:
    def test_invisible_and_reordering_characters_are_dropped(self) -> None:
        assert clean("A\u202ecb\u200b\x00\ufeff\u2066\U000e0041B\ud800") == "AcbB"

    def test_line_breaks_fold_into_spaces(self) -> None:
        assert clean(" a\r\nb\tc\u2028d ") == "a b c d"

    def test_a_single_no_break_space_of_an_amount_stays(self) -> None:
        assert clean("KWD\u00a01.234") == "KWD\u00a01.234"

    @pytest.mark.parametrize("text", ["👨\u200d👩\u200d👧", "می\u200cکنم", "❤\ufe0f"])
    def test_joiners_that_shape_letters_and_emoji_stay(self, text: str) -> None:
        assert clean(text) == text

    def test_joiners_that_only_hide_are_dropped(self) -> None:
        assert clean("in\u200dv\u200coice\u200d") == "invoice"

    def test_nothing_visible_is_nothing(self) -> None:
        assert clean("\u200b \u3164\t") == ""


class TestSize:
    def test_counts_utf16_units_and_entities(self) -> None:
        assert [size(text) for text in ("abc", "👍", "&", "<>")] == [3, 2, 5, 8]


class TestCut:
    def test_a_text_that_fits_is_untouched(self) -> None:
        assert cut("a" * 20, 20) == "a" * 20

    def test_says_how_many_characters_are_missing(self) -> None:
        assert cut("a" * 3001, 50) == "a" * 38 + "…+2,963 more"

    def test_breaks_no_joined_emoji(self) -> None:
        assert cut("👨\u200d" * 30, 15) == "👨\u200d👨…+57 more"

    @given(st.text(max_size=300), st.integers(20, 100))
    def test_never_exceeds_its_limit_and_loses_no_count(self, text: str, limit: int) -> None:
        shown = cut(text, limit)
        assert size(shown) <= limit
        if shown != text:
            head, _, rest = shown.rpartition("…+")
            assert text.startswith(head)
            assert len(head) + int(rest.removesuffix(" more").replace(",", "")) == len(text)


class TestLiteral:
    def test_empty_text_has_a_stand_in(self) -> None:
        assert literal("\u200b", 20) == "-"
        assert literal("", 20, empty="(no name)") == "(no name)"

    def test_right_to_left_names_cannot_reorder_what_follows(self) -> None:
        assert literal("אבג 12", 40) == "\u2068אבג 12\u2069"

    @given(st.text(max_size=200))
    def test_keeps_its_limit_with_isolation(self, text: str) -> None:
        assert size(literal("א" + text, 40)) <= 40


class TestEsc:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("<!channel> & Co", "&lt;!channel&gt; &amp; Co"),
            ("<https://evil.example|Pay here>", "&lt;https\u2236//evil.example|Pay here&gt;"),
            ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
            ("*bold* ~gone~ `code`", "\u2217bold\u2217 \u223cgone\u223c \u02cbcode\u02cb"),
            ("_it_ PO_2024_117", "\u02cdit\u02cd PO_2024_117"),
            (":tada: at 10:30", "\u2236tada: at 10:30"),
            (">>> quoted", "\u203a quoted"),
            ("a > b", "a &gt; b"),
        ],
    )
    def test_shows_what_slack_would_interpret(self, text: str, expected: str) -> None:
        assert esc(text) == expected

    def test_keeps_to_its_limit_and_isolates(self) -> None:
        assert esc("א <" + "x" * 100, 40).startswith("\u2068א &lt;xx")

    @given(st.text(alphabet=st.sampled_from("<>&*_~`:/ ab!@#|\n\u200b\u202e1"), max_size=60))
    def test_leaves_nothing_to_interpret(self, text: str) -> None:
        shown = esc(text)
        assert not set(shown) & set("<>*~`\n\u200b\u202e")
        assert "://" not in shown
