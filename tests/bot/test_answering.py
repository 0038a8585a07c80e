"""An answer arrives: by its response_url, by the Web API when that is worn out, in a simpler form when refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.manifest import app_manifest
from bot.slack.answering import Answering, ReplyTo
from bot.views.parts import Message
from sandbox.slack import SlackStandIn, app_config
from sandbox.slack import faults as troubles
from sandbox.slack.records import Message as Posted
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, GENERAL
from sandbox.slack.tickets import Source
from tests.patient import patient
from tests.sandbox.slack.running import Clock, web_client

HELLO = Message(
    text="Acme owes $1",
    blocks=({"type": "header", "block_id": "h", "text": {"type": "plain_text", "text": "Acme owes $1"}},),
)
TABLE = Message(
    text="Acme owes $1",
    blocks=({"type": "table", "block_id": "t", "rows": []},),
    simpler_blocks=HELLO.blocks,
)
WRONG = Message(text="Acme owes $1", blocks=TABLE.blocks)


class Rig:
    """A workspace, and a product of which only the answering runs."""

    def __init__(self, slack: SlackStandIn, clock: Clock, answering: Answering, waited: list[float]) -> None:
        self.slack, self.clock, self.answering, self.waited = slack, clock, answering, waited

    def reply(self, channel: str = AR_TEAM, *, acted_on: Posted | None = None) -> ReplyTo:
        source = Source(ts=acted_on.ts, ephemeral=acted_on.ephemeral_to is not None) if acted_on else None
        url = self.slack.core.response_url(channel=channel, user=ANA, source=source)
        ts = acted_on.ts if acted_on and acted_on.ephemeral_to is None else ""
        return ReplyTo(url=url, channel_id=channel, user_id=ANA, message_ts=ts)

    def seen(self, channel: str = AR_TEAM) -> tuple[Posted, ...]:
        return self.slack.workspace.messages(channel, ANA)


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[Rig]:
    clock, waited = Clock(), []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    async with (
        SlackStandIn(app=app_config(app_manifest()), now=clock, deadlines=patient()) as slack,
        Answering(web_client(slack), pause=pause) as answering,
    ):
        yield Rig(slack, clock, answering, waited)


class TestByUrl:
    async def test_a_public_answer_is_for_the_channel(self, rig: Rig) -> None:
        assert await rig.answering.post(rig.reply(), HELLO)
        assert [(each.text, each.ephemeral_to) for each in rig.seen()] == [(HELLO.text, None)]

    async def test_a_private_one_for_the_person(self, rig: Rig) -> None:
        assert await rig.answering.post_privately(rig.reply(), HELLO)
        assert [each.ephemeral_to for each in rig.seen()] == [ANA]

    @pytest.mark.parametrize("trouble", ["reset", "500", "429"])
    async def test_a_short_trouble_is_waited_out(self, rig: Rig, trouble: str) -> None:
        faults = rig.slack.workspace.faults
        if trouble == "reset":
            faults.reset(troubles.RESPONSE_URL, before=True)
        elif trouble == "500":
            faults.fail(troubles.RESPONSE_URL, 500)
        else:
            faults.rate_limit(troubles.RESPONSE_URL, "2")
        assert await rig.answering.post(rig.reply(), HELLO)
        assert len(rig.seen()) == 1
        assert rig.waited == [2.0 if trouble == "429" else 1.0]


class TestOtherWays:
    async def test_used_up_the_answer_comes_as_a_message_of_the_channel(self, rig: Rig) -> None:
        reply = rig.reply()
        for _ in range(6):
            assert await rig.answering.post(reply, HELLO)
        assert len(rig.seen()) == 6

    async def test_expired_a_private_answer_stays_private(self, rig: Rig) -> None:
        reply = rig.reply()
        rig.clock.pass_by(minutes=31)
        assert await rig.answering.post_privately(reply, HELLO)
        assert [each.ephemeral_to for each in rig.seen()] == [ANA]

    async def test_where_the_app_may_not_post_the_person_gets_it_directly(self, rig: Rig) -> None:
        reply = rig.reply(GENERAL)
        rig.clock.pass_by(minutes=31)
        assert await rig.answering.post(reply, HELLO)
        assert not rig.seen(GENERAL)
        assert [each.text for each in rig.seen(ANA_APP_DM)] == [HELLO.text]

    async def test_a_long_rate_limit_is_not_waited_for(self, rig: Rig) -> None:
        rig.slack.workspace.faults.rate_limit(troubles.RESPONSE_URL, "60")
        assert await rig.answering.post(rig.reply(), HELLO)
        assert rig.waited == []

    async def test_a_card_is_replaced_without_its_url(self, rig: Rig) -> None:
        await rig.answering.post(rig.reply(), HELLO)
        [card] = rig.seen()
        reply = rig.reply(acted_on=card)
        rig.clock.pass_by(minutes=31)
        assert await rig.answering.replace(reply, Message(text="Acme owes $2", blocks=HELLO.blocks))
        [replaced] = rig.seen()
        assert (replaced.ts, replaced.text) == (card.ts, "Acme owes $2")

    async def test_a_card_that_only_one_person_saw_comes_again_beside_it(self, rig: Rig) -> None:
        await rig.answering.post_privately(rig.reply(), HELLO)
        [card] = rig.seen()
        reply = rig.reply(acted_on=card)
        rig.clock.pass_by(minutes=31)
        assert await rig.answering.replace(reply, HELLO)
        assert [each.ephemeral_to for each in rig.seen()] == [ANA, ANA]

    async def test_when_nothing_works_it_is_said_and_logged_without_the_url(
        self, rig: Rig, caplog: pytest.LogCaptureFixture
    ) -> None:
        rig.slack.workspace.faults.fail(troubles.EVERY_METHOD, 500, times=99)
        reply = rig.reply()
        assert not await rig.answering.post(reply, HELLO)
        [record] = caplog.records
        assert "an answer reached nobody" in record.getMessage()
        assert reply.url.rpartition("/")[2] not in caplog.text

    async def test_without_any_address_it_is_said_too(self, rig: Rig) -> None:
        assert not await rig.answering.post_privately(ReplyTo(url="", channel_id="", user_id=""), HELLO)


class TestWithoutUrl:
    """Events bring no response_url: the Web API is then the way to answer, and no way around a trouble."""

    def asked(self, channel: str = AR_TEAM, **rest: Any) -> ReplyTo:
        return ReplyTo(url="", channel_id=channel, user_id=ANA, **rest)

    async def test_an_answer_in_the_channel_is_nothing_to_warn_of(
        self, rig: Rig, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert await rig.answering.post(self.asked(), HELLO)
        assert await rig.answering.post_privately(self.asked(), HELLO)
        assert [each.ephemeral_to for each in rig.seen()] == [None, ANA]
        assert caplog.records == []

    async def test_in_a_conversation_of_two_a_private_answer_is_one_that_stays(self, rig: Rig) -> None:
        assert await rig.answering.post_privately(self.asked(ANA_APP_DM), HELLO)
        assert [each.ephemeral_to for each in rig.seen(ANA_APP_DM)] == [None]

    async def test_in_a_thread_it_stays_there(self, rig: Rig) -> None:
        reply = self.asked(thread_ts="1.000001")
        assert await rig.answering.post(reply, HELLO)
        assert await rig.answering.post_privately(reply, HELLO)
        assert [each.thread_ts for each in rig.seen()] == ["1.000001", "1.000001"]

    async def test_under_a_message_that_stands_alone_only_what_all_can_see_begins_a_thread(self, rig: Rig) -> None:
        reply = self.asked(under_ts="1.000001")
        assert await rig.answering.post(reply, HELLO)
        assert await rig.answering.post_privately(reply, HELLO)
        assert [each.thread_ts for each in rig.seen()] == ["1.000001", None]

    async def test_with_one_the_answer_stays_in_the_thread_too(self, rig: Rig) -> None:
        reply = replace(rig.reply(), thread_ts="1.000001")
        assert await rig.answering.post(reply, HELLO)
        assert await rig.answering.post_privately(reply, HELLO)
        assert [each.thread_ts for each in rig.seen()] == ["1.000001", "1.000001"]


class TestForms:
    async def test_refused_blocks_come_in_their_simpler_form(self, rig: Rig) -> None:
        assert await rig.answering.post(rig.reply(), TABLE)
        assert [[block["type"] for block in each.blocks] for each in rig.seen()] == [["header"]]

    async def test_and_as_text_where_there_is_no_simpler_one(self, rig: Rig) -> None:
        assert await rig.answering.post(rig.reply(), WRONG)
        assert [(each.text, each.blocks) for each in rig.seen()] == [(WRONG.text, ())]

    async def test_by_the_other_ways_as_well(self, rig: Rig) -> None:
        reply = rig.reply()
        rig.clock.pass_by(minutes=31)
        assert await rig.answering.post(reply, TABLE)
        assert [[block["type"] for block in each.blocks] for each in rig.seen()] == [["header"]]


class TestForeignAddress:
    @asynccontextmanager
    async def _server(self, host: str, status: int = 200, location: str = "") -> AsyncIterator[tuple[str, list[bytes]]]:
        """A server on some name of this machine; its address, and what it was sent."""
        got: list[bytes] = []

        async def take(request: web.Request) -> web.Response:
            got.append(await request.read())
            return web.Response(status=status, headers={"Location": location} if location else {})

        application = web.Application()
        application.router.add_post("/take", take)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, host, 0).start()
        try:
            yield f"http://{host}:{runner.addresses[0][1]}/take", got
        finally:
            await runner.cleanup()

    async def test_gets_nothing(self, rig: Rig) -> None:
        async with self._server("127.0.0.2") as (url, got):
            assert await rig.answering.post(ReplyTo(url=url, channel_id=AR_TEAM, user_id=ANA), HELLO)
        assert got == []
        assert [each.text for each in rig.seen()] == [HELLO.text]

    async def test_gets_nothing_by_a_redirect_either(self, rig: Rig) -> None:
        async with (
            self._server("127.0.0.2") as (foreign, got),
            self._server("127.0.0.1", status=307, location=foreign) as (url, asked),
        ):
            assert await rig.answering.post(ReplyTo(url=url, channel_id=AR_TEAM, user_id=ANA), HELLO)
        assert len(asked) == 1
        assert got == []
        assert [each.text for each in rig.seen()] == [HELLO.text]
