"""A card in a modal, below a link, under what was found: Slack accepts it whatever the records say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.card_modal import card_modal, find_modal, renewed_modal, title_of
from bot.views.customer_card import customer_card
from bot.views.invoice_card import invoice_card
from bot.views.match import Candidate
from bot.views.misses import no_match
from bot.views.parts import Message
from bot.views.preview import preview
from bot.views.typed import found_as
from bot.views.values import RecordRef
from sandbox.slack import blocks as rules
from store.records import RecordId
from tests.views import hostile
from tests.views.shown import texts

_QUICK = settings(max_examples=20)
_CARDS = hostile.invoice_cards.map(invoice_card) | hostile.customer_cards.map(customer_card)
_KINDS = st.sampled_from(("invoice", "customer"))
_TABLE = {"type": "data_table", "block_id": "aging"}
_LINE = {"type": "divider", "block_id": "line"}


class TestAnyText:
    @_QUICK
    @given(_CARDS)
    def test_in_a_modal(self, card: Message) -> None:
        assert rules.view_errors(card_modal(card, "Customer"), "modal") == ()
        assert rules.view_errors(find_modal(card), "modal") == ()

    @_QUICK
    @given(_CARDS)
    def test_below_a_link(self, card: Message) -> None:
        blocks = preview(card)["blocks"]
        assert blocks[0]["block_id"] == "headline"
        assert rules.message_errors(blocks) == ()

    @_QUICK
    @given(_CARDS, _KINDS, hostile.candidates)
    def test_under_what_was_found(self, card: Message, kind: str, others: tuple[Candidate, ...]) -> None:
        found = found_as(card, "invoice" if kind == "invoice" else "customer", others[:1])
        for blocks in (found.blocks, found.simpler_blocks):
            assert rules.message_errors(list(blocks)) == ()
            assert not rules.too_long(blocks)

    @_QUICK
    @given(hostile.texts, hostile.candidates)
    def test_a_miss_of_both_kinds(self, query: str, nearest: tuple[Candidate, ...]) -> None:
        assert rules.message_errors(list(no_match(query, nearest=nearest).blocks)) == ()


class TestFoundAs:
    CARD = Message(text="ABC Inc owes $1", blocks=(_LINE,))

    def test_says_what_it_is(self) -> None:
        found = found_as(self.CARD, "invoice", ())
        assert texts(found.blocks) == ["Found an invoice."]
        assert found.text == self.CARD.text
        assert found.simpler_blocks == ()

    def test_names_the_other_kind_beside_it(self) -> None:
        ref = RecordRef(kind="customer", record_id=RecordId("netsuite:customer:7"))
        found = found_as(self.CARD, "invoice", (Candidate(ref=ref, label="ABC Inc", detail="same words"),))
        assert texts(found.blocks)[0] == "Found an invoice. A customer matches too: ABC Inc (same words)."

    def test_says_it_above_the_simpler_form_too(self) -> None:
        found = found_as(Message(text="x", blocks=(_TABLE,), simpler_blocks=(_LINE,)), "customer", ())
        assert [block["block_id"] for block in found.simpler_blocks] == ["found", "line"]

    def test_leaves_a_card_alone_that_is_full(self) -> None:
        full = Message(text="x", blocks=({"type": "header", "block_id": "h", "text": "x" * 12_990},))
        assert found_as(full, "customer", ()) == full


class TestCardModal:
    def test_leaves_out_what_only_messages_may_have(self) -> None:
        view = card_modal(Message(text="x", blocks=(_LINE, _TABLE)), "Customer")
        assert view["blocks"] == [_LINE]

    def test_takes_the_simpler_form(self) -> None:
        view = card_modal(Message(text="x", blocks=(_TABLE,), simpler_blocks=(_LINE,)), "Customer")
        assert view["blocks"] == [_LINE]

    def test_is_called_by_the_kind_of_the_record(self) -> None:
        assert title_of("1:invoice:netsuite:invoice:7") == "Invoice"
        assert title_of("forged") == "Tesorio"

    def test_keeps_its_search_when_it_is_renewed(self) -> None:
        card = Message(text="x", blocks=(_LINE,))
        searching = find_modal()["private_metadata"]
        assert [block["block_id"] for block in renewed_modal(card, "Invoice", searching)["blocks"]] == [
            "search",
            "line",
        ]
        for other in ("", "forged", '{"v": 1, "for": "reply"}'):
            assert renewed_modal(card, "Invoice", other)["blocks"] == [_LINE]
