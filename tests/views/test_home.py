"""Home and the forms of connecting: what they say, and that no text from outside can break or misuse them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.views.amounts import Place
from bot.views.conflict_log import ConflictLog, log_modal
from bot.views.connect import (
    Asked,
    Situation,
    connect_modal,
    outcome_modal,
)
from bot.views.home import Freshness, Home, RecentCard, home_view, unlinked_home
from bot.views.home_admin import Finding
from bot.views.parts import Message
from bot.views.subscribe import subscription_words
from bot.views.values import RecordRef
from sandbox.slack import blocks as rules
from store.deliveries import DeliveryState
from store.money import Money
from store.own_customers import OwnCustomer
from store.records import RecordId
from store.users import Role
from tests.views import hostile
from tests.views.homes import (
    conflict_logs,
    homes,
    make_admin,
    make_delivery,
    make_home,
    make_subscription,
    make_user,
    messages,
    modals,
    own,
)
from tests.views.make import SEEN, make_customer, usd
from tests.views.shown import buttons, nodes, texts

# Our own markup: bold, channels, commands as code. What is left must be plain.
_OURS = re.compile(r"\*|<#[A-Za-z0-9]+>|`(?:/)?tesorio [a-z: ]+`")
_INTERPRETED = re.compile(r"[<>*~`\x00-\x09\x0b-\x1f\u200b\u202a-\u202e\ud800-\udfff]|://|&(?!amp;|lt;|gt;)")
_QUICK = settings(max_examples=30)


def said(home: Home) -> str:
    return "\n".join(texts(home_view(home)["blocks"]))


class TestAnyText:
    @_QUICK
    @given(homes)
    def test_home(self, home: Home) -> None:
        assert_sound(home_view(home), "home")

    @_QUICK
    @given(conflict_logs, hostile.places)
    def test_conflict_log(self, log: ConflictLog, place: Place) -> None:
        assert_sound(log_modal(log, place), "modal")

    @_QUICK
    @given(modals)
    def test_forms(self, view: dict[str, Any]) -> None:
        assert_sound(view, "modal")

    @_QUICK
    @given(messages)
    def test_messages(self, message: Message) -> None:
        assert rules.message_errors(list(message.blocks)) == ()
        assert not _INTERPRETED.search(message.text)
        assert_plain(list(message.blocks))

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    @settings(_QUICK, max_examples=5_000)
    @given(homes)
    def test_five_thousand_homes(self, home: Home) -> None:
        assert_sound(home_view(home), "home")


def assert_sound(view: dict[str, Any], kind: str) -> None:
    assert rules.view_errors(view, kind) == ()
    assert len(view["blocks"]) <= 90
    assert_plain(view["blocks"])


def assert_plain(blocks: list[Any]) -> None:
    for node in nodes(blocks):
        if node.get("type") == "plain_text":
            assert node["emoji"] is False
        if node.get("type") == "mrkdwn":
            assert node["verbatim"] is True
            assert not _INTERPRETED.search(_OURS.sub("", node["text"])), node["text"]


class TestHome:
    def test_says_who_i_am_and_how_to_leave(self) -> None:
        shown = said(make_home())
        assert "*Ana Silva*\nana.silva@meridian.example · finance · connected 22 Nov 2026" in shown
        [leave] = [each for each in buttons(home_view(make_home())) if each["action_id"] == "connect.unlink"]
        assert leave["confirm"]["style"] == "danger"

    def test_lists_my_customers_with_what_is_past_due(self) -> None:
        mine = (own("Sun Microsystems, Inc.", 17_250_00, 48_200_00), own("ABC Inc", 5_400_00, 5_400_00))
        home = make_home(customers=mine, customers_past_due=12, customers_in_all=40)
        assert "*Sun Microsystems, Inc.*\n$17,250.00 past due, of $48,200.00 open" in said(home)
        assert "+10 more with something past due" in said(home)
        opened = [each for each in buttons(home_view(home)) if each["action_id"] == "lookup.open"]
        assert len(opened) == 2

    def test_adds_no_currencies_up(self) -> None:
        yen = Money(currency="JPY", minor=90_000)
        mixed = OwnCustomer(
            customer=make_customer(), past_due_balances=(usd(1_00), yen), open_balances=(usd(1_00), yen)
        )
        home = make_home(customers=(mixed,), customers_past_due=1, customers_in_all=1)
        assert "$1.00 + ¥90,000 past due" in said(home)

    def test_says_when_nobody_is_past_due_or_mine(self) -> None:
        assert "You have 3 customers, and nobody is past due." in said(make_home(customers_in_all=3))
        assert "No customer has the sales rep Ana Silva." in said(make_home())

    def test_lists_what_i_follow_and_lets_me_change_it(self) -> None:
        follows = (
            make_subscription(filter_text="amount>10000"),
            make_subscription(channel_id="U1", paused_at=SEEN, pause_reason="The channel is archived."),
        )
        home = make_home(follows=follows)
        shown = said(home)
        assert f"<#C0ARTEAM01>\n{subscription_words(follows[0]).replace('>', '&gt;')}" in shown
        assert f"*To me alone*\n{subscription_words(follows[1])}\n⏸️ *Paused* The channel is archived." in shown
        edits = [each["value"] for each in buttons(home_view(home)) if each["action_id"] == "subscriptions.edit"]
        assert edits == ["s1", "s1"]
        viewer = make_home(follows=follows, account=make_user(role=Role.VIEWER))
        assert "subscriptions.edit" not in {each["action_id"] for each in buttons(home_view(viewer))}

    def test_lists_what_i_looked_up(self) -> None:
        ref = RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:123"))
        recent = (RecentCard(ref=ref, label="INV-12345", detail="Invoice of ABC Inc"),)
        assert "*INV-12345*\nInvoice of ABC Inc" in said(make_home(recent=recent))

    def test_says_how_fresh_each_source_is(self) -> None:
        sources = (
            Freshness(source="NetSuite", as_of=SEEN, is_stale=False),
            Freshness(source="Invoiced", as_of=SEEN - timedelta(days=3), is_stale=True, trouble="it was down"),
            Freshness(source="Files", as_of=None, is_stale=False),
        )
        shown = said(make_home(sources=sources))
        assert "NetSuite · as of 09:12 CET, 22 Nov" in shown
        assert "⚠️ *Stale* · Invoiced · as of 09:12 CET, 19 Nov · the last reading failed: it was down" in shown
        assert "Files · not read yet" in shown

    def test_an_admin_sees_what_waits(self) -> None:
        asked = Asked(id="r1", name="Eva Lima", account=make_user(name="Eva", email="eva@m.example"))
        admin = make_admin(
            asked=(asked,),
            asked_in_all=3,
            troubles=(make_delivery(),),
            troubles_in_all=2,
            targets={"netsuite": "NetSuite"},
            findings=(Finding(about="NetSuite invoices", detail="2 records could not be read"),),
        )
        home = make_home(admin=admin)
        shown = said(home)
        assert "*Eva Lima*\nwants to be connected to Eva (eva@m.example), finance" in shown
        assert "+2 more waiting" in shown
        assert "*Note to NetSuite*\nrefused: no such customer" in shown
        assert "+1 more in `tesorio outbox list`" in shown
        assert "⚠️ *NetSuite invoices* · 2 records could not be read" in shown
        assert {each["action_id"] for each in buttons(home_view(home))} == {
            "connect.unlink",
            "connect.approve",
            "connect.refuse",
            "home.retry",
            "home.drop",
        }

    def test_what_may_have_arrived_can_be_said_to_have(self) -> None:
        unknown = make_delivery(state=DeliveryState.UNKNOWN, kind="share", target="slack")
        home = make_home(admin=make_admin(troubles=(unknown,), troubles_in_all=1))
        assert "*Shared record to Slack*\nit may have arrived" in said(home)
        assert "home.arrived" in {each["action_id"] for each in buttons(home_view(home))}

    def test_an_admin_with_nothing_to_do_reads_that(self) -> None:
        assert "Nothing waits for you." in said(make_home(admin=make_admin()))
        assert "Nothing waits for you." not in said(make_home())

    def test_the_fullest_home_fits(self) -> None:
        asked = Asked(id="r1", name="Eva", account=make_user())
        admin = make_admin(
            asked=(asked,) * 9,
            asked_in_all=9,
            troubles=(make_delivery(),) * 9,
            troubles_in_all=9,
            findings=(Finding(about="x", detail="y"),) * 9,
        )
        ref = RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:123"))
        home = make_home(
            customers=(own("ABC", 1, 1),) * 20,
            customers_past_due=20,
            customers_in_all=20,
            follows=(make_subscription(),) * 20,
            recent=(RecentCard(ref=ref, label="x", detail="y"),) * 20,
            sources=(Freshness(source="x", as_of=datetime(2026, 1, 1, tzinfo=UTC), is_stale=True),) * 20,
            admin=admin,
        )
        assert_sound(home_view(home), "home")

    def test_whoever_is_not_linked_sees_the_way_in(self) -> None:
        view = unlinked_home()
        assert rules.view_errors(view, "home") == ()
        assert [each["action_id"] for each in buttons(view)] == ["connect.open"]


class TestForms:
    def test_whom_to_ask_is_named(self) -> None:
        def asks(*admins: str) -> str:
            return texts(outcome_modal(Situation.NO_ACCOUNT, email="eva@m.example", admins=admins)["blocks"])[0]

        assert "Ask Ana or Chloé for one" in asks("Ana", "Chloé")
        assert "Ask Ana, Ben or Chloé for one" in asks("Ana", "Ben", "Chloé", "Dan")
        assert "Ask whoever runs Tesorio here for one" in asks()

    def test_every_situation_has_words(self) -> None:
        for situation in set(Situation) - {Situation.READY}:
            assert texts(outcome_modal(situation, account=make_user())["blocks"])[0]

    def test_the_form_says_what_the_role_may(self) -> None:
        view = connect_modal("eva@m.example", replace(make_user(), role=Role.VIEWER), "r1", needs_approval=False)
        assert "Viewer: looks up customers and invoices" in " ".join(texts(view["blocks"]))
        assert view["submit"]["text"] == "Connect"
