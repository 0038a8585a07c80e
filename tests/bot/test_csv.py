"""«CSV»: a file in the person's own conversation, once, whatever happens on the way."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bot.commands import csv_
from bot.exporting.csv_file import MAX_ROWS
from sandbox.slack.faults import UPLOAD_URL
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN
from store.work import WorkState
from tests.bot.world import SETTLED, World, elements, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPLETE = "files.completeUploadExternal"


def files_of(world: World, user: str = ANA) -> list[Message]:
    """The messages with files in a person's conversation with the app."""
    return [each for each in world.workspace.messages(world.workspace.app_channel(user).id, user) if each.files]


def work_id(payload: Any) -> str:
    action, user = payload["actions"][0], payload["user"]
    return f"csv-{user['team_id']}-{user['id']}-{payload['channel']['id']}-{action['action_ts']}"


async def pressed(world: World, text: str = "/tesorio overdue", user: str = ANA) -> str:
    """Press «CSV» on a table; what the person reads at once."""
    table = await world.card(text, user=user)
    return world.shown(await world.workspace.click(user, table, "csv.send", waiting=SETTLED))


def last_click(world: World) -> Any:
    """The payload of the last click; the file's own message makes events too."""
    clicks = (each.payload for each in reversed(world.workspace.hub.deliveries) if "actions" in each.payload)
    return next(clicks)


async def finished(world: World) -> WorkState:
    return await ended(world.assistant, work_id(last_click(world)))


async def fetched(message: Message) -> list[dict[str, str]]:
    [file] = message.files
    async with aiohttp.ClientSession() as http, http.get(file["url_private_download"]) as answer:
        content = await answer.read()
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


class TestCsv:
    async def test_brings_all_rows_to_the_person_alone(self, world: World) -> None:
        before = len(files_of(world))
        assert "Your CSV is being made." in await pressed(world)
        assert await finished(world) is WorkState.DONE
        message = files_of(world)[before]
        rows = await fetched(message)
        assert len(rows) > 5
        assert message.files[0]["name"] == f"past-due-invoices-{world.clock().date()}.csv"
        assert message.text.startswith(f"{len(rows)} past-due invoices (as of")
        assert all(Decimal(each["Open balance"]) > 0 for each in rows)
        assert [int(each["Days past due"]) for each in rows] == sorted(
            (int(each["Days past due"]) for each in rows), reverse=True
        )

    async def test_of_the_aging_has_a_row_for_each_customer(self, world: World) -> None:
        await pressed(world, "/tesorio aging currency:USD", BEN)
        assert await finished(world) is WorkState.DONE
        rows = await fetched(files_of(world, BEN)[-1])
        assert {row["Currency"] for row in rows} == {"USD"}
        assert len({row["Customer"] for row in rows}) == len(rows)

    async def test_a_click_that_comes_twice_brings_one_file(self, world: World) -> None:
        before = len(files_of(world))
        await pressed(world)
        click = last_click(world)
        again = await world.workspace.hub.deliver("interactive", click, retry_attempt=1)
        assert again.ack is not None
        assert await finished(world) is WorkState.DONE
        assert len(files_of(world)) == before + 1

    @pytest.mark.sampled
    @pytest.mark.parametrize("method", ["files.getUploadURLExternal", UPLOAD_URL, COMPLETE, "conversations.open"])
    @pytest.mark.parametrize("trouble", ["reset", "before", "500", "429"])
    async def test_trouble_on_the_way_leaves_one_file(
        self, world: World, monkeypatch: pytest.MonkeyPatch, method: str, trouble: str
    ) -> None:
        monkeypatch.setattr(world.assistant.work, "_pause", _no_pause)
        before, faults = len(files_of(world)), world.workspace.faults
        if trouble in {"reset", "before"}:
            faults.reset(method, before=trouble == "before")
        elif trouble == "500":
            faults.fail(method, 500)
        else:
            faults.rate_limit(method)
        await pressed(world)
        assert await finished(world) is WorkState.DONE
        assert len(files_of(world)) == before + 1

    async def test_says_what_slack_refuses(self, world: World) -> None:
        world.workspace.faults.refuse("files.getUploadURLExternal", "file_type_not_allowed")
        before = len(files_of(world))
        said = await pressed(world)
        assert await finished(world) is WorkState.DONE
        assert len(files_of(world)) == before
        assert "file_type_not_allowed" in said
        assert not world.log.errors()

    async def test_an_upload_that_slack_forgot_is_made_anew(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(world.assistant.work, "_pause", _no_pause)
        world.workspace.faults.refuse(COMPLETE, "file_not_found")
        before = len(files_of(world))
        await pressed(world)
        assert await finished(world) is WorkState.DONE
        assert len(files_of(world)) == before + 1

    async def test_after_an_hour_of_trouble_the_person_is_told(self, world: World) -> None:
        world.workspace.faults.fail(COMPLETE, 503)
        await csv_.send(world.assistant.deps, "csv-late", await asked(world, ANA, timedelta(hours=2)))
        assert "did not say whether your CSV arrived" in world.workspace.messages("#ar-team", ANA)[-1].text

    async def test_more_rows_than_a_file_holds(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.exporting.csv_file.MAX_ROWS", 3)
        said = await pressed(world)
        assert await finished(world) is WorkState.DONE
        assert f"A CSV holds {MAX_ROWS:,} rows at most" in said

    async def test_whoever_lost_their_account_meanwhile_gets_nothing(self, world: World) -> None:
        before = len(files_of(world))
        await csv_.send(world.assistant.deps, "csv-nobody", await asked(world, "U0NOBODY00"))
        assert len(files_of(world)) == before

    async def test_more_customers_than_a_file_holds(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.exporting.csv_file.MAX_ROWS", 3)
        assert f"A CSV holds {MAX_ROWS:,} rows at most" in await pressed(world, "/tesorio aging")
        assert await finished(world) is WorkState.DONE

    @pytest.mark.parametrize("value", ["", "{}", '{"v": 1, "table": "invoices", "first": 1}', "x" * 1999])
    async def test_a_value_that_stands_for_nothing_starts_nothing(self, world: World, value: str) -> None:
        await pressed(world)
        assert await finished(world) is WorkState.DONE
        before = len(files_of(world))
        forged = dict(last_click(world)) | {"trigger_id": f"forged.{value[:9]}"}
        forged["actions"] = [forged["actions"][0] | {"value": value, "action_ts": f"forged.{value[:9]}"}]
        await world.workspace.hub.deliver("interactive", forged)
        await world.catch_up()
        assert "out of date" in world.workspace.messages("#ar-team", ANA)[-1].text
        assert len(files_of(world)) == before

    async def test_is_on_record(self, world: World) -> None:
        await pressed(world)
        assert await finished(world) is WorkState.DONE
        actions = [action for _, action, _ in await world.audited()]
        assert "csv.send" in actions
        assert "csv.sent" in actions


async def asked(world: World, user: str, ago: timedelta = timedelta()) -> dict[str, str]:
    """What the work is started with."""
    [button] = elements(await world.card("/tesorio overdue"), "csv.send")
    return {
        "table": button["value"],
        "team_id": world.assistant.deps.team_id,
        "user_id": user,
        "asked_at": (world.clock() - ago).isoformat(),
        "reply_url": "",
        "reply_channel_id": world.workspace.channel("#ar-team").id,
        "reply_user_id": user,
    }


async def _no_pause(_seconds: float) -> None:
    """Durable work waits out trouble all the same, only sooner."""
