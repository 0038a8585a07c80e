"""Links to records that are pasted in Slack: who sees a card for them, when, and where."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import delete, insert, select

from bot.commands.unfurl import wanted_links
from bot.slack.event_request import link_request
from bot.views.parts import Message as Card
from bot.views.preview import preview
from sandbox.slack import Outcome, Waiting
from sandbox.slack.seed import ANA, BEN, CHLOE, FINANCE_LEADS, GENERAL, NORTHWIND_SHARED, SALES
from store.day_marks import day_marks
from store.invoices import invoice_by_id
from store.records import record_id
from store.unfurls import unfurls
from store.users import slack_links
from tests.bot.replying import A_FORM, saved, submit, words
from tests.bot.world import CHANNEL, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOT = "U0TESORIO1"


async def url_of(world: World, number: str = "INV-12345") -> str:
    """The address of an invoice in the ERP, as the card links to it."""
    source_id = str(world.ledger.invoice_numbered(number).id)
    async with world.store.read() as conn:
        invoice = await invoice_by_id(conn, record_id("netsuite", "invoice", source_id))
    assert invoice is not None
    assert invoice.url is not None
    return invoice.url


async def customer_url(world: World, name: str = "ABC Inc") -> str:
    host = urlsplit(await url_of(world)).netloc
    return f"https://{host}/app/common/entity/custjob.nl?id={world.ledger.customer_named(name).id}"


async def shared(
    world: World, text: str, *, channel: str = CHANNEL, user: str = ANA, thread_ts: str | None = None
) -> Outcome:
    """All that comes of a message, which may be nothing."""
    before = len(world.workspace.hub.deliveries)
    waiting = Waiting(until=lambda _: True)
    await world.workspace.post(user, channel, text, waiting, thread_ts=thread_ts)
    await world.workspace.core.background.idle()
    await world.catch_up()
    assert len(world.workspace.hub.deliveries) > before
    posted = [each for each in world.workspace.messages(channel, user) if each.user == user][-1]
    after = [each for each in world.workspace.messages(channel, user) if each.ts > posted.ts]
    return Outcome(messages=(posted, *after))


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def long_ago(world: World) -> None:
    """What other tests shared, and whom they told, is forgotten."""
    async with world.store.write() as conn:
        await conn.execute(delete(unfurls))
        await conn.execute(delete(day_marks))


def previews(outcome: Outcome) -> list[Mapping[str, Any]]:
    return list(outcome.messages[0].attachments)


class TestPreview:
    async def test_hangs_below_the_message_that_shares_it(self, world: World) -> None:
        url = await url_of(world)
        outcome = await shared(world, f"who follows {url} up?")
        [attachment] = previews(outcome)
        assert attachment["from_url"] == url
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(outcome)
        assert len(outcome.messages) == 1
        assert not world.log.errors()

    async def test_a_customer_has_one_too(self, world: World) -> None:
        assert "ABC Inc owes" in world.shown(await shared(world, await customer_url(world)))

    async def test_its_buttons_open_cards(self, world: World) -> None:
        outcome = await shared(world, await url_of(world))
        [answer] = (await world.workspace.click(BEN, outcome.messages[0], "lookup.open")).messages
        assert "Sun Microsystems, Inc. owes" in world.shown(answer)
        assert answer.user == BOT

    async def test_a_reply_has_the_message_as_its_evidence(self, world: World) -> None:
        message = (await shared(world, await url_of(world))).messages[0]
        await world.workspace.click(ANA, message, "reply.open", waiting=A_FORM)
        assert "Invoice INV-12345" in words(world)
        await submit(world, {"reply.text": "They pay on Friday"})
        note = await saved(world)
        assert note.text == "They pay on Friday"
        assert note.permalink
        assert note.permalink.endswith(message.ts.replace(".", ""))
        # The line below the message would otherwise come in the middle of a later test.
        await world.delivered(f"{note.id}/line")

    async def test_two_links_have_two(self, world: World) -> None:
        outcome = await shared(world, f"{await url_of(world)} {await customer_url(world)}")
        assert len(previews(outcome)) == 2

    async def test_three_links_have_none(self, world: World) -> None:
        links = [await url_of(world), await customer_url(world), await customer_url(world, "Sun Microsystems, Inc.")]
        assert not previews(await shared(world, " ".join(links)))

    async def test_the_same_record_within_half_an_hour_has_none(self, world: World) -> None:
        url = await url_of(world)
        assert previews(await shared(world, url))
        world.clock.ahead = timedelta(minutes=29)
        assert not previews(await shared(world, f"{url}&whence=", user=BEN))
        world.clock.ahead = timedelta(minutes=60)
        assert previews(await shared(world, url))

    async def test_in_another_channel_it_has_one(self, world: World) -> None:
        url = await url_of(world)
        await shared(world, url)
        assert previews(await shared(world, url, channel=SALES))

    async def test_who_was_shown_what_is_on_record(self, world: World) -> None:
        await shared(world, await url_of(world))
        invoice = f"netsuite:invoice:{world.ledger.invoice_numbered('INV-12345').id}"
        assert [each[1:] for each in (await world.audited())[-2:]] == [("unfurl", invoice), ("card.shown", invoice)]

    async def test_slack_refusing_it_is_told_to_nobody(self, world: World) -> None:
        world.workspace.faults.refuse("chat.unfurl", "cannot_unfurl_message")
        outcome = await shared(world, await url_of(world))
        assert len(outcome.messages) == 1
        assert not previews(outcome)
        assert "a link got no preview: cannot_unfurl_message" in world.log.text()

    async def test_a_redelivered_event_changes_nothing(self, world: World) -> None:
        before = await shared(world, await url_of(world))
        event = next(
            each
            for each in reversed(world.workspace.hub.deliveries)
            if each.payload.get("event", {}).get("type") == "link_shared"
        )
        calls = len(await world.audited())
        again = await world.workspace.hub.deliver("events_api", event.payload, retry_attempt=1)
        await world.catch_up()
        assert again.ack is not None
        assert len(await world.audited()) == calls
        assert world.workspace.messages(CHANNEL)[-1] == before.messages[0]


class TestNoPreview:
    @pytest.mark.parametrize("channel", [NORTHWIND_SHARED, GENERAL, FINANCE_LEADS])
    async def test_where_outsiders_read_or_nobody_added_us(self, world: World, channel: str) -> None:
        outcome = await shared(world, await url_of(world), channel=channel)
        assert len(outcome.messages) == 1
        assert not previews(outcome)

    async def test_of_a_channel_that_the_event_does_not_tell_to_be_shared(self, world: World) -> None:
        channel = world.workspace.channel(NORTHWIND_SHARED)
        body = {"team_id": "T0MERIDIAN", "event": {"type": "link_shared", "channel": channel.id, "user": ANA}}
        outcome = await shared(world, await url_of(world), channel=NORTHWIND_SHARED)
        event = {"message_ts": outcome.messages[0].ts, "links": [{"url": await url_of(world)}], "event_ts": "1.2"}
        world.workspace.send_event(body["event"] | event)  # type: ignore[operator]  # a mapping, as every event is
        await world.workspace.core.background.idle()
        await world.catch_up()
        assert not world.workspace.messages(NORTHWIND_SHARED)[-1].attachments

    async def test_of_the_record_of_another_account(self, world: World) -> None:
        foreign = (await url_of(world)).replace("https://", "https://not-")
        assert not previews(await shared(world, foreign))

    async def test_of_a_record_that_we_do_not_have(self, world: World) -> None:
        base = (await url_of(world)).partition("?")[0]
        assert not previews(await shared(world, f"{base}?id=99999999"))

    async def test_where_answers_are_private(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = world.assistant.deps.rules.slack
        monkeypatch.setitem(rules.__dict__, "answers", "private")
        assert not previews(await shared(world, await url_of(world)))


@pytest_asyncio.fixture(loop_scope="module")
async def unlinked(world: World) -> AsyncIterator[str]:
    """A full member of the workspace who has no account, or not any more."""
    chloe = slack_links.c.slack_user_id == CHLOE
    async with world.store.write() as conn:
        [link] = (await conn.execute(select(slack_links).where(chloe))).mappings()
        await conn.execute(delete(slack_links).where(chloe))
    yield CHLOE
    async with world.store.write() as conn:
        await conn.execute(insert(slack_links).values(**link))


class TestUnlinked:
    async def test_is_told_how_once_a_day_and_shown_nothing(self, world: World, unlinked: str) -> None:
        url = await url_of(world)
        outcome = await shared(world, url, user=unlinked)
        _, told = outcome.messages
        assert told.ephemeral_to == unlinked
        assert "not linked to an account" in world.shown(told)
        assert not previews(outcome)
        assert "17,250" not in str(outcome)
        assert len((await shared(world, url, user=unlinked)).messages) == 1
        world.clock.ahead = timedelta(hours=24)
        assert len((await shared(world, url, user=unlinked)).messages) == 2

    async def test_does_not_use_up_the_card_of_those_who_may(self, world: World, unlinked: str) -> None:
        url = await url_of(world)
        await shared(world, url, user=unlinked)
        assert previews(await shared(world, url))

    async def test_in_a_thread_is_told_there(self, world: World, unlinked: str) -> None:
        card = await world.card("/tesorio customer ABC Inc")
        outcome = await shared(world, await url_of(world), user=unlinked, thread_ts=card.ts)
        assert outcome.messages[-1].thread_ts == card.ts

    async def test_is_told_nothing_while_slack_does_not_say_who_it_is(self, world: World, unlinked: str) -> None:
        world.workspace.faults.refuse("users.info", "internal_error", user=unlinked)
        assert len((await shared(world, await url_of(world), user=unlinked)).messages) == 1
        assert not world.log.errors()

    async def test_programs_are_told_nothing(self, world: World, unlinked: str) -> None:
        world.workspace.core.state.put_member(replace(world.workspace.core.state.members[unlinked], is_bot=True))
        outcome = await shared(world, await url_of(world), user=unlinked)
        world.workspace.core.state.put_member(replace(world.workspace.core.state.members[unlinked], is_bot=False))
        assert len(outcome.messages) == 1


def event(**changes: object) -> dict[str, Any]:
    plain = {
        "type": "link_shared",
        "user": ANA,
        "channel": "C1",
        "message_ts": "1.2",
        "source": "conversations_history",
        "is_bot_user_member": True,
        "links": [{"url": "https://1.app.netsuite.com/app/common/entity/custjob.nl?id=7", "domain": "x"}],
    }
    return plain | changes


class TestLinkRequest:
    async def test_names_the_links_and_where_they_are(self) -> None:
        request = link_request({"team_id": "T1", "event": event(thread_ts="1.1")}, bot_user=BOT)
        assert request is not None
        assert request.urls == ("https://1.app.netsuite.com/app/common/entity/custjob.nl?id=7",)
        assert (request.message_ts, request.reply.thread_ts, request.reply.channel_id) == ("1.2", "1.1", "C1")

    @pytest.mark.parametrize(
        "body",
        [
            {"event": event(user=BOT)},
            {"event": event(bot_id="B1")},
            {"event": event(user=None)},
            {"event": event(source="composer")},
            {"event": event(is_bot_user_member=False)},
            {"event": event(channel="")},
            {"event": event(message_ts="")},
            {"event": event(), "is_ext_shared_channel": True},
            {"event": "link_shared"},
            {},
        ],
    )
    async def test_is_none_where_no_preview_is_wanted(self, body: dict[str, Any]) -> None:
        assert link_request(body, bot_user=BOT) is None


class TestMalformedLinks:
    async def test_are_left_out(self) -> None:
        request = link_request({"event": event(links=[None, "x", {"url": None}, {"url": "y"}])}, bot_user=BOT)
        assert request is not None
        assert request.urls == ("", "y")


class TestWantedLinks:
    URL = "https://1.app.netsuite.com/app/common/entity/custjob.nl?id=7"

    async def test_are_one_for_each_record(self) -> None:
        assert list(wanted_links((self.URL, f"{self.URL}&whence="))) == [self.URL]

    async def test_are_none_of_three_whatever_they_lead_to(self) -> None:
        assert not wanted_links((self.URL, "https://1.app.netsuite.com/x", "https://1.app.netsuite.com/y"))


class TestPreviewOfACard:
    async def test_has_no_button_that_would_change_the_message(self) -> None:
        buttons = [{"action_id": each} for each in ("reply.open", "refresh.record")]
        card = Card(text="x", blocks=({"block_id": "note"}, {"block_id": "actions", "elements": buttons}))
        assert preview(card) == {"blocks": [{"block_id": "actions", "elements": [{"action_id": "reply.open"}]}]}

    async def test_does_without_a_row_that_has_no_other(self) -> None:
        row = {"block_id": "actions", "elements": [{"action_id": "refresh.record"}]}
        assert preview(Card(text="x", blocks=({"block_id": "headline"}, row))) == {"blocks": [{"block_id": "headline"}]}
