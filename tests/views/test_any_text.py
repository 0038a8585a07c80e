"""Whatever the records say, Slack accepts every message, nobody is pinged and nothing becomes a link."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.children import Child
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.match import Candidate, Match
from bot.views.misses import failed, help_message, missing_query, no_match, not_linked, outdated_button, too_long
from bot.views.parts import Message
from bot.views.standing import Standing
from bot.views.values import RecordRef, decode
from sandbox.slack import blocks as rules
from store.invoices import InvoiceStatus
from store.money import Money
from store.promises import PromiseState
from store.records import RecordId
from tests.views import hostile
from tests.views.make import (
    NETSUITE,
    PLACE,
    make_aging,
    make_contact,
    make_customer,
    make_dispute,
    make_invoice,
    make_note,
    make_promise,
)
from tests.views.shown import block_ids, nodes

# What may stand in a message's text without Slack reading it as a mention, link, quotation or formatting.
_INTERPRETED = re.compile(r"[<>*~`\x00-\x1f\u200b\u202a-\u202e\ud800-\udfff]|://|&(?!amp;|lt;|gt;)")
# Headroom below the 13,200 characters at which Slack was seen to refuse: it counts more than the texts.
_MAX_JSON_CHARACTERS = 13_000
_MISSES = st.one_of(
    st.builds(no_match, hostile.texts, st.sampled_from(("invoice", "customer")), hostile.candidates),
    st.builds(help_message, st.just((("help", "this list"),)), unknown=hostile.texts),
    st.builds(missing_query, st.sampled_from(("invoice", "customer")), st.just("help")),
    st.builds(failed, hostile.texts),
    st.builds(too_long),
    st.builds(not_linked),
    st.builds(outdated_button),
)
_QUICK = settings(max_examples=30)
_SOAK = settings(_QUICK, max_examples=10_000)


class TestAnyText:
    @_QUICK
    @given(hostile.invoice_cards)
    def test_invoice_card(self, card: InvoiceCard) -> None:
        _assert_sound(invoice_card(card))

    @_QUICK
    @given(hostile.customer_cards)
    def test_customer_card(self, card: CustomerCard) -> None:
        _assert_sound(customer_card(card))

    @_QUICK
    @given(_MISSES)
    def test_misses(self, message: Message) -> None:
        _assert_sound(message)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    @_SOAK
    @given(hostile.invoice_cards.map(invoice_card) | hostile.customer_cards.map(customer_card) | _MISSES)
    def test_ten_thousand_random_records(self, message: Message) -> None:
        _assert_sound(message)

    @pytest.mark.parametrize("text", hostile.ATTACKS)
    @pytest.mark.parametrize(
        "draw", [lambda text: invoice_card(_full_invoice(text)), lambda text: customer_card(_full_customer(text))]
    )
    def test_the_fullest_card_of_one_text(self, text: str, draw: Callable[[str], Message]) -> None:
        _assert_sound(draw(text))

    def test_names_too_long_for_slack_leave_fewer_rows(self) -> None:
        shown = block_ids(customer_card(_full_customer("x" * 300)))
        assert [name for name in shown if name.startswith("oldest")] == ["oldest", "oldest.1", "oldest.2"]
        usual = block_ids(customer_card(_full_customer("x" * 10)))
        assert [name for name in usual if name.startswith("oldest.")] == [f"oldest.{n}" for n in range(1, 6)]


def _assert_sound(message: Message) -> None:
    assert message.blocks
    assert rules.message_errors(list(message.blocks)) == ()
    assert not rules.too_long(message.blocks)
    assert rules.only_one_table(message.blocks)
    assert len(json.dumps(message.blocks, ensure_ascii=False, separators=(",", ":"))) <= _MAX_JSON_CHARACTERS
    assert 0 < len(message.text) <= 4000
    assert not _INTERPRETED.search(message.text)
    message.text.encode()
    for block in message.blocks:
        assert block["block_id"]
    for node in nodes(message.blocks):
        _assert_node_sound(node)


def _assert_node_sound(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "mrkdwn":
        _assert_mrkdwn_sound(node)
    if kind == "plain_text":
        assert node["emoji"] is False
    if kind in {"button", "static_select"}:
        assert node["action_id"]
    if "value" in node:
        decode(node["value"])
    if kind == "link":
        assert node["url"].startswith(("http://", "https://"))
    if isinstance(node.get("text"), str):
        node["text"].encode()
        assert not re.search("[\u200b\u202a-\u202e\x00-\x09\x0b-\x1f]", node["text"])
        assert node["text"].strip()


def _assert_mrkdwn_sound(node: dict[str, Any]) -> None:
    assert node["verbatim"] is True
    # Only our own label or badge is bold; all else must be text.
    text = re.sub(r"^(⚠️ )?\*[A-Z][A-Za-z ]+\*", "", node["text"]).replace("\n", "", 1)
    assert not _INTERPRETED.search(text)


def _match(text: str) -> Match:
    refs = [RecordRef(kind="invoice", record_id=RecordId(f"netsuite:invoice:{n}" + "7" * 120)) for n in range(12)]
    return Match(query=text, reason=text, candidates=tuple(Candidate(ref=ref, label=text, detail=text) for ref in refs))


def _full_invoice(text: str) -> InvoiceCard:
    invoice = make_invoice(number=text, payment_terms=text, po_number=text, sales_rep=text)
    return InvoiceCard(
        invoice=replace(invoice, status=InvoiceStatus.OPEN),
        provenance=replace(NETSUITE, source=text, is_stale=True, notice=text),
        place=PLACE,
        customer=make_customer(name=text),
        note=make_note(text=text, author=text),
        standing=_standing(text),
        match=_match(text),
    )


def _standing(text: str) -> tuple[Standing, ...]:
    amount = Money(currency=text[:3], minor=2**63 - 1)
    broken = make_promise(state=PromiseState.PARTLY_KEPT, amount=amount, received=amount)
    return (Standing(what=make_dispute(amount=amount), number=text), *[Standing(what=broken, number=text)] * 4)


def _full_customer(text: str) -> CustomerCard:
    customer = make_customer(name=text, number=text, payment_terms=text, sales_rep=text, on_credit_hold=True)
    big = 2**63 - 1
    return CustomerCard(
        customer=replace(customer, credit_limit=Money(currency=text[:3], minor=big)),
        provenance=replace(NETSUITE, source=text, is_stale=True, notice=text),
        place=PLACE,
        aging=tuple(make_aging(big, big, big, big, big, currency=f"{n}{text}", credit=big) for n in range(9)),
        oldest_open=(make_invoice(number=text, id=RecordId("netsuite:invoice:" + "7" * 120)),) * 9,
        parent=make_customer(name=text),
        children=(Child(customer=make_customer(name=text), open_balances=(Money(currency=text[:3], minor=big),) * 4),)
        * 9,
        more_children=3,
        contact=make_contact(name=text, email=text, phone=text),
        note=make_note(text=text, author=text),
        standing=_standing(text),
        match=_match(text),
    )
