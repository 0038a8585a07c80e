"""Whatever records and people say, Slack takes every notice, digest, list and form, and nobody is pinged."""

from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.notify.draft import Draft
from bot.notify.preview import Preview
from bot.views.judged_promise import JudgedPromise, judged_promise, waiting_promise
from bot.views.notices import DigestView, NoticeView, digest_message, notice_message
from bot.views.pauses import (
    changed_by,
    ended_by,
    offered,
    paused_by_owner,
    paused_for_channel,
    paused_for_outsiders,
)
from bot.views.subscribe import SubscribeForm, open_form_message, preview_words, subscribe_modal, subscribed
from bot.views.subscriptions import ListedSubscription, subscription_list
from sandbox.slack import blocks as rules
from store.channels import Channel, ChannelFacts
from store.money import Money
from store.promises import PromiseState
from store.records import RecordId
from store.subscriptions import ChannelSubscription, NewsKind, PauseCause, Rhythm
from tests.notify.make import make_subscription
from tests.store.make import AT
from tests.views import hostile
from tests.views.make import PLACE, make_aging, make_customer, make_invoice, make_promise, usd
from tests.views.shown import block, block_ids, buttons, texts
from tests.views.test_any_text import _assert_sound

_QUICK = settings(max_examples=20)
_NEWS = st.builds(
    NoticeView,
    kind=st.sampled_from(NewsKind),
    source=hostile.texts,
    invoice=st.none() | hostile.invoices,
    customer=st.none() | hostile.customers,
    amount=st.none() | hostile.monies(),
    text=hostile.texts,
)
_DIGESTS = st.builds(
    DigestView,
    title=st.just("Daily digest of 22 Nov 2026: 9 updates"),
    news=st.lists(_NEWS, max_size=60).map(tuple),
    aging=st.none() | st.lists(hostile.agings, max_size=5).map(tuple),
)
_SUBSCRIPTIONS = st.builds(
    ChannelSubscription,
    id=st.just("a" * 32),
    channel_id=st.sampled_from(["C1", "U1"]),
    owner_id=st.just("o"),
    owner_slack=st.just("U1"),
    events=st.lists(st.sampled_from(NewsKind), unique=True).map(tuple),
    time_zone=st.sampled_from(["UTC", "America/New_York"]),
    created_at=st.just(AT),
    counts_from=st.just(AT),
    filter_text=hostile.texts,
    rhythm=st.sampled_from(Rhythm),
    quiet_from=st.none() | st.just(time(22)),
    quiet_until=st.just(time(7)),
    paused_at=st.none() | st.just(AT),
    pause_cause=st.none() | st.sampled_from(PauseCause),
    pause_reason=hostile.texts,
)
_LISTED = st.builds(
    ListedSubscription,
    subscription=_SUBSCRIPTIONS,
    channel=hostile.texts,
    owner=hostile.texts,
    may_change=st.booleans(),
)
_FACTS = st.builds(ChannelFacts, id=st.text("C012", min_size=2, max_size=9), name=hostile.texts)
_CHANNELS = st.builds(Channel, facts=_FACTS, checked_at=st.just(AT))
_FORMS = st.builds(
    SubscribeForm,
    draft=st.builds(
        Draft,
        where=st.sampled_from(["me", "C1", "C2"]),
        events=st.sampled_from(["", "past_due payment"]),
        zone=st.sampled_from(["", "Europe/Paris"]),
        filter_text=hostile.texts.map(lambda text: text.encode("utf-8", "ignore").decode()[:300]),
        quiet_from=st.sampled_from(["", "22:00"]),
    ),
    nonce=st.just("f" * 32),
    here=st.sampled_from(["", "C1"]),
    places=st.lists(_CHANNELS, max_size=120).map(tuple),
    said=hostile.texts,
    subscription_id=st.sampled_from(["", "a" * 32]),
)


class TestAnyText:
    @_QUICK
    @given(_NEWS)
    def test_notice(self, view: NoticeView) -> None:
        _assert_sound(notice_message(view, PLACE))

    @_QUICK
    @given(_DIGESTS)
    def test_digest(self, view: DigestView) -> None:
        _assert_sound(digest_message(view, PLACE))

    @pytest.mark.parametrize("text", hostile.ATTACKS)
    def test_the_fullest_digest_of_one_text(self, text: str) -> None:
        big = 2**63 - 1
        money = Money(currency=text[:3], minor=big)
        record = RecordId("netsuite:invoice:" + "7" * 120)
        invoice = make_invoice(id=record, number=text, open_balance=money)
        one: dict[str, Any] = {"source": text, "invoice": invoice, "amount": money, "text": text}
        one |= {"customer": make_customer(name=text)}
        news = tuple(NoticeView(kind=kind, **one) for kind in NewsKind for _ in range(30))
        aging = tuple(make_aging(big, big, big, big, big, currency=f"{n}{text}") for n in range(9))
        _assert_sound(digest_message(DigestView(title="180 updates", news=news, aging=aging), PLACE))

    @_QUICK
    @given(st.lists(_LISTED, max_size=30), st.integers(min_value=0, max_value=40))
    def test_list(self, listed: list[ListedSubscription], around: int) -> None:
        drawn = subscription_list(listed, PLACE, around=around)
        assert rules.message_errors(list(drawn.blocks)) == ()
        assert not rules.too_long(drawn.blocks)
        assert len(set(block_ids(drawn))) == len(drawn.blocks)

    @_QUICK
    @given(_FORMS)
    def test_form(self, form: SubscribeForm) -> None:
        assert rules.view_errors(subscribe_modal(form), "modal") == ()

    @_QUICK
    @given(_SUBSCRIPTIONS, hostile.texts)
    def test_what_is_said_of_a_subscription(self, subscription: ChannelSubscription, text: str) -> None:
        for drawn in (
            subscribed(subscription, text, is_new=True),
            subscribed(subscription, text, is_new=False),
            paused_for_outsiders(subscription),
            paused_for_channel(subscription, text),
            paused_by_owner(),
            offered(subscription),
            changed_by(subscription, text, "paused"),
            ended_by(text),
            open_form_message(text.encode("utf-8", "ignore").decode()),
        ):
            assert rules.message_errors(list(drawn.blocks)) == ()
            assert 0 < len(drawn.text) <= 4000

    @_QUICK
    @given(
        state=st.sampled_from([PromiseState.KEPT, PromiseState.PARTLY_KEPT, PromiseState.BROKEN]),
        invoice=st.none() | hostile.invoices,
        customer=st.none() | hostile.customers,
    )
    def test_judgement(self, state: PromiseState, invoice: Any, customer: Any) -> None:
        view = JudgedPromise(promise=make_promise(state=state), invoice=invoice, customer=customer)
        _assert_sound(judged_promise(view, PLACE))
        _assert_sound(waiting_promise(view, PLACE, "Ledger & <Co>" * 99))


class TestNoticeMessage:
    @pytest.mark.parametrize(
        ("kind", "changes", "text"),
        [
            (NewsKind.PAST_DUE, {}, "INV-12345 of ABC Inc is 12 days past due: $8,000.00 open"),
            (NewsKind.PAST_DUE, {"customer": None}, "INV-12345 is 12 days past due: $8,000.00 open"),
            (
                NewsKind.PAYMENT,
                {"amount": usd(100)},
                "Payment or credit of $1.00 on INV-12345 of ABC Inc, $8,000.00 still open",
            ),
            (
                NewsKind.PAYMENT,
                {"amount": usd(100), "invoice": make_invoice(open_balance=usd(0))},
                "Payment or credit of $1.00 on INV-12345 of ABC Inc, nothing is open on it any more",
            ),
            (
                NewsKind.LARGE_INVOICE,
                {"amount": usd(100)},
                "New invoice of $1.00: INV-12345 of ABC Inc, due 10 Nov 2026",
            ),
            (NewsKind.CREDIT_LIMIT, {"invoice": None}, "ABC Inc is above its credit limit"),
            (NewsKind.ERP_NOTE, {"text": "hello"}, "New note in NetSuite on INV-12345 of ABC Inc: hello"),
            (NewsKind.SYNC_TROUBLE, {"invoice": None, "customer": None, "text": "It is down."}, "It is down."),
        ],
    )
    def test_says_the_answer_first(self, kind: NewsKind, changes: dict[str, Any], text: str) -> None:
        known: dict[str, Any] = {
            "source": "NetSuite",
            "invoice": make_invoice(),
            "customer": make_customer(name="ABC Inc"),
        }
        assert notice_message(NoticeView(kind=kind, **known | changes), PLACE).text == text

    def test_of_a_source_has_no_buttons(self) -> None:
        assert not buttons(
            notice_message(NoticeView(kind=NewsKind.SYNC_TROUBLE, source="NetSuite", text="x"), PLACE).blocks
        )


class TestDigestMessage:
    def test_counts_what_it_leaves_out(self) -> None:
        news = tuple(
            NoticeView(kind=NewsKind.PAST_DUE, source="NetSuite", invoice=make_invoice(number=f"INV-{n}"))
            for n in range(14)
        )
        drawn = digest_message(DigestView(title="14 updates", news=news), PLACE)
        shown = texts(block(drawn, "news.past_due"))
        assert shown[0] == "Newly past due (14)"
        assert shown[-1] == "+6 more"
        assert len(shown) == 10

    def test_says_so_when_nothing_is_open(self) -> None:
        drawn = digest_message(DigestView(title="Daily", aging=()), PLACE)
        assert texts(block(drawn, "aging")) == ["Nothing is open."]


class TestPreviewWords:
    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (Preview(messages=0, news=()), "This would have posted nothing in the last 7 days."),
            (
                Preview(messages=14, news=((NewsKind.PAST_DUE, 9), (NewsKind.PAYMENT, 1))),
                "This would have posted 14 messages about 9 invoices newly past due and 1 payment in the last 7 days.",
            ),
        ],
    )
    def test_is_a_sentence(self, found: Preview, words: str) -> None:
        assert preview_words(found) == words


class TestSubscriptionList:
    def test_names_state_and_what_can_be_done(self) -> None:
        paused = make_subscription(paused_at=AT - timedelta(days=3), pause_reason="The channel is archived.")
        drawn = subscription_list(
            [
                ListedSubscription(subscription=paused, channel="sales", owner="Ana", may_change=True),
                ListedSubscription(subscription=make_subscription(), channel="sales"),
            ],
            PLACE,
        )
        assert "⏸ Paused since 19 Nov 2026. The channel is archived." in texts(drawn.blocks)
        assert [each["action_id"] for each in buttons(drawn.blocks)] == [
            "subscriptions.edit",
            "subscriptions.resume",
            "subscriptions.delete",
        ]
