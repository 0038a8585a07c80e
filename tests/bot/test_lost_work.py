"""What people saved and what then broke is not lost without a word."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import FEATURES
from bot.commands.lost_work import author_of, due_at, look
from bot.deps import Deps
from bot.views.lost_work import lost
from sandbox.slack.seed import ANA, ANA_APP_DM
from store.deliveries import DeliveryState
from store.work import FailedWork, Payload
from tests.bot.world import World, ended

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
PAYLOAD = {"slack_user": ANA, "text": "They pay on Friday"}
KINDS = {kind for feature in FEATURES for kind in feature.works}


def failed(times: int) -> FailedWork:
    return FailedWork(kind="note", work_id="n", payload=PAYLOAD, times=times, failed_at=AT)


class TestDueAt:
    def test_waits_longer_each_time_and_ends(self) -> None:
        waits = [due_at(failed(times)) for times in range(1, 6)]
        hours = [round((at - AT) / timedelta(hours=1), 2) for at in waits if at]
        assert (hours, waits[4]) == ([0.02, 0.25, 2, 12], None)


class TestAuthorOf:
    @pytest.mark.parametrize("name", ["slack_user", "owner_slack", "user_id"])
    def test_is_named_by_each_feature_in_its_own_way(self, name: str) -> None:
        assert author_of({name: ANA}) == ANA
        assert author_of({}) == ""


class TestLost:
    def test_says_what_of_each_kind(self) -> None:
        texts = {lost(kind, "").text for kind in KINDS}
        assert len(texts) == len(KINDS) > 1
        assert not any("something" in text for text in texts)


@pytest.mark.asyncio(loop_scope="module")
class TestLook:
    async def test_starts_again_what_broke_and_tells_its_author_in_the_end(self, world: World) -> None:
        tries: list[str] = []

        async def broken(_deps: Deps, work_id: str, _payload: Payload) -> None:
            tries.append(work_id)
            raise ValueError("a defect")

        deps, work = world.assistant.deps, world.assistant.work
        work.handlers["note"] = lambda work_id, payload: broken(deps, work_id, payload)
        await work.start("note", "note-1", PAYLOAD)
        for again in ("note-1", "note-1/2", "note-1/3", "note-1/4", "note-1/5"):
            await ended(world.assistant, again)
            await look(deps, KINDS)
            assert tries[-1] == "note-1"
            world.pass_time(13 * 3600)
            await look(deps, KINDS)
        assert tries == ["note-1"] * 5
        told = await world.delivered("work.lost/note-1")
        assert told.state is DeliveryState.SENT
        [shown] = [each for each in world.workspace.messages(ANA_APP_DM) if "could not be kept" in each.text]
        assert "They pay on Friday" in str(shown.blocks)
