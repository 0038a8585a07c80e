"""Who is called by a notification: the customer's account manager, if they are linked here, and nobody else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.rules import NotifyRules
from bot.views.notices import NoticeView, notice_message
from sandbox.slack import blocks as rules
from store.crm.accounts import CrmOwner
from store.crm.rules import MatchBy
from store.manager_links import managers_in_slack
from store.subscriptions import NewsKind
from store.users import deactivate_user, unlink_account
from tests.notify.make import ANA, CUSTOMER, PAYMENTS, TEAM, Notifier, begun, invoices, linked, pay
from tests.store.make import save
from tests.store.make_crm import make_account, upflow_rules, with_rules
from tests.views.make import PLACE, make_customer, make_invoice
from tests.views.shown import block

MANAGER = "U0MANAGER"
OWNER = CrmOwner(
    id="005000000000001AAA",
    name="Mara <!channel> Manager",
    email=f"{MANAGER}@M.example",
    phone=None,
    title=None,
)


async def ruled(notifier: Notifier) -> None:
    """By Upflow's rules, before anything is read."""
    choices: dict[str, Any] = {"match_by": MatchBy.ERP_ID, "account_field": "ERP_Id__c", "customer_field": None}
    await with_rules(notifier.deps.store, upflow_rules(**choices))


async def managed(notifier: Notifier, owner: CrmOwner = OWNER) -> None:
    """The customer's account in the CRM has this owner."""
    account = make_account(key=CUSTOMER.source_id, owner=owner)
    await save(notifier.deps.store, account, at=notifier.clock())


async def told(notifier: Notifier) -> Sequence[str]:
    """The small print of each notification about a payment."""
    [invoice] = invoices(1)
    await ruled(notifier)
    await begun(notifier, invoice, **PAYMENTS)
    await managed(notifier)
    await pay(notifier, invoice, 100)
    await notifier.look()
    return [str(post.payload["blocks"]) for post in await notifier.posts()]


class TestMention:
    async def test_a_linked_account_manager_is_called(self, notifier: Notifier) -> None:
        await linked(notifier.deps.store, MANAGER)
        [post] = await told(notifier)
        assert f"NetSuite · <@{MANAGER}> · " in post
        assert "Mara" not in post

    async def test_whoever_is_not_linked_any_more_is_named(self, notifier: Notifier) -> None:
        user_id = await linked(notifier.deps.store, MANAGER)
        async with notifier.deps.store.write() as conn:
            await unlink_account(conn, user_id)
        [post] = await told(notifier)
        assert "<@" not in post
        assert "Mara &lt;!channel&gt; Manager" in post

    async def test_nobody_is_called_where_the_rules_say_so(self, notifier: Notifier) -> None:
        await linked(notifier.deps.store, MANAGER)
        quiet = notifier.deps.rules.model_copy(update={"notify": NotifyRules(mention_account_managers=False)})
        [post] = await told(replace(notifier, deps=replace(notifier.deps, rules=quiet)))
        assert "<@" not in post
        assert "Mara" in post

    async def test_a_sales_rep_of_the_erp_is_named_only(self, notifier: Notifier) -> None:
        await linked(notifier.deps.store, MANAGER)
        [invoice] = (replace(each, sales_rep=MANAGER) for each in invoices(1))
        await begun(notifier, invoice, **PAYMENTS)
        await pay(notifier, invoice, 100)
        await notifier.look()
        [post] = await notifier.posts()
        assert "<@" not in str(post.payload["blocks"])


class TestManagersInSlack:
    async def test_knows_them_by_e_mail_while_they_may_act(self, notifier: Notifier) -> None:
        store = notifier.deps.store
        user_id = await linked(store, MANAGER)
        await ruled(notifier)
        await begun(notifier)
        await managed(notifier)
        async with store.read() as conn:
            found = await managers_in_slack(conn, TEAM, [CUSTOMER.id])
            elsewhere = await managers_in_slack(conn, "T0OTHER", [CUSTOMER.id])
        await managed(notifier, replace(OWNER, email=None))
        async with store.read() as conn:
            unknown = await managers_in_slack(conn, TEAM, [CUSTOMER.id])
        await managed(notifier)
        async with store.write() as conn:
            await deactivate_user(conn, user_id)
        async with store.read() as conn:
            closed = await managers_in_slack(conn, TEAM, [CUSTOMER.id])
        assert (found, elsewhere, unknown, closed) == ({CUSTOMER.id: MANAGER}, {}, {}, {})


class TestShown:
    @pytest.mark.parametrize("manager", ["", "U1> <!channel", "<!here>"])
    def test_only_an_id_becomes_a_mention(self, manager: str) -> None:
        customer = make_customer(account_manager="<!here> Mara")
        view = NoticeView(
            kind=NewsKind.PAST_DUE, source="NetSuite", invoice=make_invoice(), customer=customer, manager=manager
        )
        drawn = notice_message(view, PLACE)
        [line] = block(drawn, "origin")["elements"]
        assert "&lt;!here&gt; Mara" in line["text"]
        assert "<" not in line["text"]

    def test_slack_takes_a_mention(self) -> None:
        view = NoticeView(kind=NewsKind.PAST_DUE, source="NetSuite", invoice=make_invoice(), manager=ANA)
        drawn = notice_message(view, PLACE)
        assert rules.message_errors(list(drawn.blocks)) == ()
        assert f"<@{ANA}>" in block(drawn, "origin")["elements"][0]["text"]
