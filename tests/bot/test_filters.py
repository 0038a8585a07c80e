"""Filters as people type them."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.filters import Filter, FilterError, filter_words, parse_filter

NAMES = st.text(alphabet=st.characters(exclude_characters='"\u201c\u201d\u201e\u00ab\u00bb'), max_size=90).map(
    lambda text: " ".join(text.split())
)
AMOUNTS = st.decimals(min_value=0, max_value=10**15, places=2, allow_nan=False)
FILTERS = st.builds(
    Filter,
    owner=NAMES.filter(lambda name: name.lower() != "me") | st.just("me"),
    customer=NAMES.filter(lambda name: name.lower() != "me"),
    subsidiary=NAMES.filter(lambda name: name.lower() != "me"),
    currency=st.sampled_from(["", "EUR", "JPY"]),
    amount_over=st.none() | AMOUNTS,
    days_over=st.none() | st.integers(min_value=0, max_value=36_500),
)


class TestParseFilter:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("", Filter()),
            ("owner:ME", Filter(owner="me")),
            ("owner:Robin Ray currency:eur", Filter(owner="Robin Ray", currency="EUR")),
            ("subsidiary:Parent : EU West owner:me", Filter(owner="me", subsidiary="Parent : EU West")),
            ("customer:\u201cABC: the > best\u201d", Filter(customer="ABC: the > best")),
            ("amount>10k overdue > 30d", Filter(amount_over=Decimal(10_000), days_over=30)),
            ("amount>10,000.50 days>30 days", Filter(amount_over=Decimal("10000.50"), days_over=30)),
            ("AMOUNT > 1.5M", Filter(amount_over=Decimal(1_500_000))),
            ("days>0", Filter(days_over=0)),
        ],
    )
    def test_takes_what_people_type(self, typed: str, meant: Filter) -> None:
        assert parse_filter(typed) == meant

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("acme", "«acme» is no filter. Filters are: owner:me"),
            ("30", "Did you mean days>30?"),
            ("30 days owner:me", "Did you mean days>30?"),
            ("50k", "Did you mean amount>50k?"),
            ("100,000", "Did you mean amount>100,000?"),
            ("acme owner:me", "«acme» is no filter"),
            ("ownr:me", "There is no filter «ownr»"),
            ("owner:", "What should follow owner:? For example owner:me."),
            ('owner:" "', "What should follow owner:?"),
            ("owner:me owner:you", "«owner» says again"),
            ("days>3 overdue>4", "«overdue» says again"),
            ("amount>abc", "«abc» is no amount"),
            ("amount>10.000", "«10.000» is no amount"),
            ("amount>9999999999999m", "more than any invoice"),
            ("amount:10k", "Write amount>… instead of amount:…"),
            ("amount>=10", "Write amount>… instead of amount>=…"),
            ("owner>me", "Write owner:… instead of owner>…"),
            ("days>soon", "«soon» is no number of days"),
            ("days>-3", "«-3» is no number of days"),
            ("days>99999", "«99999» is too many: write at most 36,500 days."),
            ("currency:euro", "«euro» is no currency"),
            (f"customer:{'x' * 101}", "is no name"),
            (f"{'y' * 3000}", "«yyyy"),
        ],
    )
    def test_names_what_it_does_not_understand(self, typed: str, said: str) -> None:
        with pytest.raises(FilterError) as refused:
            parse_filter(typed)
        assert said in refused.value.sentence()
        assert len(refused.value.sentence()) < 300

    def test_lists_what_else_can_be_typed_there(self) -> None:
        with pytest.raises(FilterError) as refused:
            parse_filter("ownr:me")
        assert refused.value.sentence("by:customer").endswith(" days>30 by:customer.")

    @given(typed=st.text(max_size=200))
    def test_any_other_text_is_refused_with_a_sentence(self, typed: str) -> None:
        with contextlib.suppress(FilterError):
            wanted = parse_filter(typed)
            assert parse_filter(filter_words(wanted)) == wanted


class TestFilterWords:
    @given(wanted=FILTERS)
    def test_can_be_typed_again(self, wanted: Filter) -> None:
        assert parse_filter(filter_words(wanted)) == wanted
