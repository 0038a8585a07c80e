"""«File» on an invoice's card: fetched when somebody asks, into its thread, once, for those who may see it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.commands import files
from sandbox.ledger.letters import attach_file
from sandbox.ledger.records import Kind
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN, GUEST
from store.attachments import attachments_of
from store.records import record_id
from store.work import WorkState
from tests.bot.test_csv import last_click
from tests.bot.world import SETTLED, World, elements, ended, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPLETE = "files.completeUploadExternal"
CONTENT = b"%PDF-1.4 the invoice itself"
# Each on an invoice of its own.
FILES = (
    ("Contract & bill.pdf",),
    ("scan", "bill.pdf"),
    ("photo of it",),
    *[(f"{name}.pdf",) for name in ("twice", "private", "guest", "large", "lost", "down", "forged")],
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world that reads which files hang on invoices."""
    rules = {"netsuite": {"retry_attempts": 2, "retry_wait_seconds": 0.05, "invoice_files": True}}
    async with open_world(tmp_path_factory.mktemp("world"), more_rules=rules) as world:
        for number, names in zip(bare_invoices(world), FILES, strict=False):
            for name in names:
                attach_file(world.ledger, world.ledger.invoice_numbered(number).id, name=name, content=CONTENT)
        world.clock.ahead = timedelta(minutes=10)
        await world.assistant.pull("netsuite", "files")
        assert await ended(world.assistant, "files") is WorkState.DONE
        yield world


def bare_invoices(world: World) -> list[str]:
    """Invoices without any file."""
    held = {number for file in world.ledger.records(Kind.FILE).values() for number in file.invoice_ids}
    return [each.number for each in world.ledger.invoices.values() if each.id not in held]


def number_with(world: World, name: str) -> str:
    """The number of the invoice that the file hangs on."""
    file = next(each for each in world.ledger.records(Kind.FILE).values() if each.name == name)
    return world.ledger.invoices[file.invoice_ids[0]].number


async def card(world: World, number: str, user: str = ANA) -> Message:
    return await world.card(f"/tesorio invoice {number}", user=user)


async def pressed(world: World, message: Message, user: str = ANA, option: str = "") -> str:
    """Press «File», or choose one of several; what the person reads at once."""
    if option:
        chosen = await world.workspace.choose(user, message, "files.send", option, SETTLED)
        return world.shown(chosen)
    return world.shown(await world.workspace.click(user, message, "files.send", waiting=SETTLED))


def work_id(payload: Any) -> str:
    channel = (payload.get("channel") or {}).get("id", "")
    return f"file-{payload['user']['team_id']}-{payload['user']['id']}-{channel}-{payload['actions'][0]['action_ts']}"


async def finished(world: World) -> WorkState:
    return await ended(world.assistant, work_id(last_click(world)))


def thread_of(world: World, message: Message) -> list[Message]:
    """The messages with files under a card."""
    known = world.workspace.messages("#ar-team", ANA)
    return [each for each in known if each.thread_ts == message.ts and each.files]


async def content_of(message: Message) -> bytes:
    [file] = message.files
    async with aiohttp.ClientSession() as http, http.get(file["url_private_download"]) as answer:
        return await answer.read()


class TestFile:
    async def test_comes_into_the_thread_of_the_card(self, world: World) -> None:
        number = number_with(world, "Contract & bill.pdf")
        shown = await card(world, number)
        told = await pressed(world, shown)
        assert "Contract & bill.pdf is being fetched. It comes into the thread of the card" in told
        assert await finished(world) is WorkState.DONE
        [message] = thread_of(world, shown)
        assert message.files[0]["name"] == "Contract & bill.pdf"
        assert await content_of(message) == CONTENT
        assert "file.sent" in [action for _, action, _ in await world.audited()]

    async def test_a_click_that_comes_twice_brings_one_file(self, world: World) -> None:
        number = number_with(world, "twice.pdf")
        shown = await card(world, number)
        await pressed(world, shown)
        again = await world.workspace.hub.deliver("interactive", last_click(world), retry_attempt=1)
        assert again.ack is not None
        assert await finished(world) is WorkState.DONE
        assert len(thread_of(world, shown)) == 1

    async def test_of_several_one_is_chosen_and_a_bad_name_is_refused_with_the_reason(self, world: World) -> None:
        number = number_with(world, "bill.pdf")
        shown = await card(world, number)
        [menu] = elements(shown, "files.send")
        by_name = {option["text"]["text"]: option["value"] for option in menu["options"]}
        assert set(by_name) == {"scan", "bill.pdf"}
        told = await pressed(world, shown, option=by_name["scan"])
        assert "This file is not sent on: the name «scan» has no extension" in told
        await pressed(world, shown, option=by_name["bill.pdf"])
        assert await finished(world) is WorkState.DONE
        assert [each.files[0]["name"] for each in thread_of(world, shown)] == ["bill.pdf"]

    async def test_where_no_file_can_be_sent_on_the_button_says_why(self, world: World) -> None:
        number = number_with(world, "photo of it")
        shown = await card(world, number)
        assert "This file is not sent on: the name «photo of it» has no extension" in await pressed(world, shown)
        assert not thread_of(world, shown)

    async def test_without_any_there_is_no_button(self, world: World) -> None:
        assert not elements(await card(world, bare_invoices(world)[-1]), "files.send")

    async def test_of_a_private_card_it_comes_to_the_person_alone(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = number_with(world, "private.pdf")
        slack = world.assistant.deps.rules.slack.model_copy(update={"answers": "private"})
        monkeypatch.setitem(world.assistant.deps.rules.__dict__, "slack", slack)
        shown = await card(world, number, BEN)
        assert "your messages with Tesorio" in await pressed(world, shown, BEN)
        assert await finished(world) is WorkState.DONE
        own = world.workspace.messages(world.workspace.app_channel(BEN).id, BEN)
        assert [each.files[0]["name"] for each in own if each.files] == ["private.pdf"]

    async def test_a_guest_gets_none(self, world: World) -> None:
        number = number_with(world, "guest.pdf")
        shown = await card(world, number)
        assert "fetched" not in await pressed(world, shown, GUEST)
        assert not thread_of(world, shown)


class TestTrouble:
    async def test_too_large_is_told_with_a_reference(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.commands.files._MOST_BYTES", 10)
        number = number_with(world, "large.pdf")
        shown = await card(world, number)
        await pressed(world, shown)
        assert await finished(world) is WorkState.DONE
        told = world.workspace.messages("#ar-team", ANA)[-1].text
        assert told.startswith("large.pdf could not be brought here: ")
        assert "If you ask an admin, name this: " in told
        assert told.rpartition(" ")[2] in world.log.text()
        assert not thread_of(world, shown)

    async def test_a_lost_answer_in_a_channel_is_not_tried_twice(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(world.assistant.work, "_pause", _no_pause)
        number = number_with(world, "lost.pdf")
        shown = await card(world, number)
        world.workspace.faults.reset(COMPLETE, before=False)
        await pressed(world, shown)
        assert await finished(world) is WorkState.DONE
        assert len(thread_of(world, shown)) == 1
        assert "did not say whether lost.pdf arrived" in world.workspace.messages("#ar-team", ANA)[-1].text

    async def test_a_file_that_went_since_it_was_asked_for_is_told(self, world: World) -> None:
        payload = {
            "file": "netsuite:attachment:gone",
            "team_id": world.assistant.deps.team_id,
            "user_id": ANA,
            "asked_at": world.clock().isoformat(),
            "channel_id": "",
            "thread_ts": "",
            "reply_url": "",
            "reply_channel_id": world.workspace.channel("#ar-team").id,
            "reply_user_id": ANA,
        }
        await files.send(world.assistant.deps, "file-gone", payload)
        assert "The file is not there any more" in world.workspace.messages("#ar-team", ANA)[-1].text

    async def test_a_source_that_is_down_for_long_is_told(self, world: World) -> None:
        number = number_with(world, "down.pdf")
        invoice = record_id("netsuite", "invoice", str(world.ledger.invoice_numbered(number).id))
        async with world.store.read() as conn:
            [file] = await attachments_of(conn, invoice, limit=9)
        world.netsuite.faults.http(503, times=20)
        payload = {
            "file": file.id,
            "team_id": world.assistant.deps.team_id,
            "user_id": ANA,
            "asked_at": (world.clock() - timedelta(hours=1)).isoformat(),
            "channel_id": "",
            "thread_ts": "",
            "reply_url": "",
            "reply_channel_id": world.workspace.channel("#ar-team").id,
            "reply_user_id": ANA,
        }
        await files.send(world.assistant.deps, "file-late", payload)
        assert "down.pdf could not be brought here" in world.workspace.messages("#ar-team", ANA)[-1].text

    @pytest.mark.parametrize("value", ["", "1:invoice:netsuite:invoice:1", "x" * 1999])
    async def test_a_forged_value_starts_nothing(self, world: World, value: str) -> None:
        shown = await card(world, number_with(world, "forged.pdf"))
        await pressed(world, shown)
        assert await finished(world) is WorkState.DONE
        forged = dict(last_click(world)) | {"trigger_id": f"forged.{value[:9]}"}
        forged["actions"] = [forged["actions"][0] | {"value": value, "action_ts": f"forged.{len(value)}"}]
        await world.workspace.hub.deliver("interactive", forged)
        await world.catch_up()
        assert "out of date" in world.workspace.messages("#ar-team", ANA)[-1].text


async def _no_pause(_seconds: float) -> None:
    """Retries come at once."""
