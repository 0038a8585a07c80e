from dataclasses import replace
from typing import Any

import pytest

from bot.views.match import Candidate, Match, match_block, query_of_block
from bot.views.values import RecordRef
from store.records import RecordId

SHOWN = RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:123"))
CANDIDATES = tuple(
    Candidate(ref=replace(SHOWN, record_id=RecordId(f"netsuite:invoice:{n}")), label=f"INV-{n}", detail="Acme, $5.00")
    for n in range(15)
)
CLOSEST = Match(query="inv123", reason="number ends in 123", candidates=CANDIDATES[:2])


def _drawn(match: Match, shown: RecordRef = SHOWN) -> dict[str, Any]:
    (block,) = match_block(match, shown)
    drawn: dict[str, Any] = block.to_dict()
    return drawn


class TestMatchBlock:
    def test_the_menu_offers_the_others(self) -> None:
        menu = _drawn(CLOSEST)["accessory"]
        assert (menu["type"], menu["action_id"]) == ("static_select", "lookup.choose")
        assert menu["placeholder"]["text"] == "Other matches"
        assert menu["options"][0] == {
            "text": {"type": "plain_text", "text": "INV-0", "emoji": False},
            "value": "1:invoice:netsuite:invoice:0",
            "description": {"type": "plain_text", "text": "Acme, $5.00", "emoji": False},
        }

    def test_an_only_guess_has_no_menu(self) -> None:
        assert "accessory" not in _drawn(replace(CLOSEST, candidates=()))

    def test_rivals_of_an_exact_hit_are_offered_too(self) -> None:
        assert _drawn(replace(CLOSEST, reason=None))["text"]["text"] == "Other records match «inv123» too."

    def test_a_chosen_record_is_no_guess(self) -> None:
        for reason in ("number ends in 123", None):
            drawn = _drawn(replace(CLOSEST, reason=reason, is_chosen=True))
            assert drawn["text"]["text"] == "Chosen for «inv123»."
            assert len(drawn["accessory"]["options"]) == 2
        assert CLOSEST.is_doubtful
        assert not replace(CLOSEST, is_chosen=True).is_doubtful

    def test_no_match_and_a_plain_hit_draw_nothing(self) -> None:
        assert match_block(None, SHOWN) == []
        assert match_block(Match(query="INV-123"), SHOWN) == []

    def test_more_candidates_than_a_menu_shows_are_counted(self) -> None:
        menu = _drawn(replace(CLOSEST, candidates=CANDIDATES))["accessory"]
        assert len(menu["options"]) == 4
        assert menu["placeholder"]["text"] == "Other matches (…+11 more)"

    def test_a_candidate_without_detail(self) -> None:
        bare = replace(CANDIDATES[0], detail="")
        assert "description" not in _drawn(replace(CLOSEST, candidates=(bare,)))["accessory"]["options"][0]


class TestQueryOfBlock:
    def test_the_query_travels_in_the_block_id(self) -> None:
        assert query_of_block(_drawn(replace(CLOSEST, query="a|b"))["block_id"]) == "a|b"

    def test_another_card_has_another_block_id(self) -> None:
        other = replace(SHOWN, record_id=RecordId("netsuite:invoice:9"))
        assert _drawn(CLOSEST)["block_id"] != _drawn(CLOSEST, other)["block_id"]

    @pytest.mark.parametrize("query", ["x" * 81, "two\nlines"])
    def test_a_query_that_cannot_travel_is_unknown(self, query: str) -> None:
        assert query_of_block(_drawn(replace(CLOSEST, query=query))["block_id"]) is None

    def test_an_id_that_cannot_travel(self) -> None:
        overlong = replace(SHOWN, record_id=RecordId("files:invoice:" + "9" * 200))
        assert query_of_block(_drawn(CLOSEST, overlong)["block_id"]) is None

    @pytest.mark.parametrize("block_id", ["", "facts", "lookup.match|junk|inv", "other|1:invoice:n:invoice:1|x"])
    def test_other_blocks_carry_none(self, block_id: str) -> None:
        assert query_of_block(block_id) is None
