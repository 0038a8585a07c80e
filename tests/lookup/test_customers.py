import pytest

from bot.lookup.customers import nearest_customers, ranked_customers, similar_customers, similarity
from bot.lookup.match import Reason
from bot.lookup.query import customer_query
from tests.lookup.samples import customer_hit

SUN = "Sun Microsystems, Inc."


def ranked(text: str, *names: str) -> list[str]:
    return [match.label for match in ranked_customers(customer_query(text), map(customer_hit, names))]


class TestRankedCustomers:
    @pytest.mark.parametrize(
        ("text", "reason", "why"),
        [
            ("Sun Microsystems, Inc.", Reason.SAME_NAME, "same name"),
            ("C-1017", Reason.SAME_NUMBER, "same customer number"),
            ("c-1017", Reason.SAME_NUMBER, "same customer number"),
            ("SUN Microsystems, inc.", Reason.OTHER_CAPITALS, "same name in other capitals"),
            ("sun microsystems", Reason.WRITTEN_DIFFERENTLY, "same name, written differently"),
            ("SUN MICROSYSTEMS GMBH", Reason.WRITTEN_DIFFERENTLY, "same name, written differently"),
            ("microsystems sun", Reason.SAME_WORDS, "same words in another order"),
            ("sun micro", Reason.STARTS_WITH, "name starts with «sun micro»"),
            ("sun", Reason.STARTS_WITH, "name starts with «sun»"),
            ("microsystems", Reason.CONTAINS, "name contains «microsystems»"),
            ("micro sun", Reason.CONTAINS, "name contains «micro sun»"),
        ],
    )
    def test_says_why(self, text: str, reason: Reason, why: str) -> None:
        (match,) = ranked_customers(customer_query(text), [customer_hit(SUN, number="C-1017")])
        assert (match.reason, match.why, match.number) == (reason, why, "C-1017")
        assert match.is_exact is (reason in {Reason.SAME_NAME, Reason.SAME_NUMBER})

    @pytest.mark.parametrize(
        ("text", "best_first"),
        [
            ("ABC Inc", ["ABC Inc", "ABC Inc (UK)", "ABC Industries"]),
            ("abc inc", ["ABC Inc", "ABC Inc (UK)", "ABC Industries"]),
            ("abc inc", ["ABC Inc", "A.B.C. Incorporated"]),
            ("abc inc.", ["ABC Inc", "ABC Incorporated", "A.B.C. Incorporated"]),
            ("sun micro", [SUN, "Sun Micro Systems Ltd", "Sun Microsystems Federal, Inc."]),
            ("sun", ["Sun Life", SUN, "Sunoco", "Sunrise Foods"]),
            ("life sun", ["Life Sun", "Sun Life", "Big Sun Lifestyle"]),
        ],
    )
    def test_the_likeliest_comes_first(self, text: str, best_first: list[str]) -> None:
        assert ranked(text, *reversed(best_first)) == best_first

    def test_inactive_comes_after_active(self) -> None:
        hits = [customer_hit("Sun Ltd", is_inactive=True), customer_hit("Sun Microsystems")]
        labels = [match.label for match in ranked_customers(customer_query("su"), hits)]
        assert labels == ["Sun Microsystems", "Sun Ltd"]

    def test_order_does_not_depend_on_the_order_of_reading(self) -> None:
        hits = [customer_hit(name) for name in ("Acme B", "Acme A", "Acme C")]
        forwards = ranked_customers(customer_query("acme"), hits)
        assert forwards == ranked_customers(customer_query("acme"), hits[::-1])

    def test_leaves_out_what_does_not_match(self) -> None:
        assert ranked("sun", "Moon Inc", "---") == []
        assert ranked("%", "Moon Inc") == []


class TestSimilarCustomers:
    @pytest.mark.parametrize(
        "typed",
        [
            "Sun Micrsystems",
            "Son Microsystems",
            "sunmicrosystems",
            "Microsistems Sun",
            "Micrsystems",
            "Sun Mircosytems",
        ],
    )
    def test_takes_slips(self, typed: str) -> None:
        (match,) = similar_customers(customer_query(typed), [customer_hit(SUN), customer_hit("Moonlight Bakery")])
        assert match.label == SUN
        assert match.why == "similar name"

    def test_a_whole_name_beats_a_longer_one_that_holds_it(self) -> None:
        hits = [customer_hit("First National Bank of Omaha"), customer_hit("First National Bank")]
        matches = similar_customers(customer_query("Frst National Bank"), hits)
        assert [match.label for match in matches] == ["First National Bank", "First National Bank of Omaha"]

    def test_inactive_loses_among_equals(self) -> None:
        hits = [customer_hit("Acma", is_inactive=True), customer_hit("Acmo")]
        assert [match.label for match in similar_customers(customer_query("Acmx"), hits)] == ["Acmo", "Acma"]

    def test_leaves_tiers_to_the_tiers(self) -> None:
        assert similar_customers(customer_query("sun microsystems"), [customer_hit(SUN)]) == ()


class TestNearestCustomers:
    def test_suggests_names_that_begin_with_a_typed_word(self) -> None:
        hits = [customer_hit(name) for name in ("Solmar Systems", "Bakery of Rome", "Sun Life", "Ofelia & Co")]
        query = customer_query("Sun of Wholesale Bakery Markets")
        assert similar_customers(query, hits) == ()
        assert {match.label: match.why for match in nearest_customers(query, hits)} == {
            "Bakery of Rome": "name starts with «bakery»",
            "Sun Life": "name starts with «sun»",
        }

    def test_suggests_nobody_for_a_syllable_in_common(self) -> None:
        assert nearest_customers(customer_query("Sun Microsystems"), [customer_hit("Solmar Systems")]) == ()

    def test_suggests_five_at_most_and_each_once(self) -> None:
        hits = [customer_hit(f"Sun Macro {number}") for number in range(9)] * 2
        assert len({match.label for match in nearest_customers(customer_query("Sun Hotel"), hits)}) == 5


class TestSimilarity:
    def test_of_nothing_is_nothing(self) -> None:
        assert similarity(customer_query("sun"), customer_hit("!!!")) == 0
