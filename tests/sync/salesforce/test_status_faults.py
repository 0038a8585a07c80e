"""F20: sessions that end, logins that are refused, limits and pages of HTML, through the engine and out in `status`."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from sandbox.salesforce.faults import Faults
from sandbox.salesforce.schema.account import ERP_KEY
from store.db import Store, sqlite_url
from sync.errors import ReauthoriseError, RetryError, SourceError, UnreadableAnswerError, UsedUpError
from sync.job import PullOrder
from sync.pull import pull_source
from tests.sync.salesforce.told import Told, told_of
from tests.sync.test_killed import contents

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# How a run went, not what it brought; what follows from definitions is noted when they are next read, by a later clock.
_OF_THE_WAY = frozenset({"change_feed", "cursors", "facts", "leases", "sync_runs"})
_QUERIES = 14
_FAULTS: tuple[Callable[[Faults, int], None], ...] = (
    lambda faults, skip: faults.expired_session(operation="query", skip=skip),
    lambda faults, skip: faults.html(401, operation="query", skip=skip),
    lambda faults, skip: faults.html(503, operation="query", skip=skip, times=9),
    lambda faults, skip: faults.html(200, operation="query", skip=skip, times=9),
    lambda faults, skip: faults.limit_reached(operation="query", skip=skip),
    lambda faults, skip: faults.truncate(operation="query", skip=skip, times=9),
    lambda faults, skip: faults.drop(operation="query", skip=skip, times=9),
)


@pytest.fixture
async def told(tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Told]:
    async with told_of(tmp_path, sqlite_template, capsys, contacts=True, page_size=3) as made:
        yield made


class TestSession:
    async def test_that_ends_between_pages_is_begun_anew_once_and_nobody_hears_of_it(self, told: Told) -> None:
        told.bench.server.faults.expired_session(operation="query", skip=4)
        assert await told.pull() is None
        assert told.asked("token") == 2
        assert set(await told.accounts()) == told.living()
        assert "refused our credentials" not in await told.status()

    async def test_that_ends_with_a_page_of_html_is_no_other(self, told: Told) -> None:
        told.bench.server.faults.html(401, operation="query", skip=4)
        assert await told.pull() is None
        assert told.asked("token") == 2
        assert set(await told.accounts()) == told.living()

    async def test_that_cannot_be_begun_anew_is_told_and_nothing_is_lost(self, told: Told) -> None:
        assert await told.pull() is None
        before, server = await told.accounts(), told.bench.server
        server.sessions.expire()
        server.grants.allows_client_credentials = False
        told.bench.edit(min(told.living()))
        logins = told.asked("token")
        for _ in range(5):
            assert isinstance(await told.pull(after=MINUTE), ReauthoriseError)
        assert told.asked("token") - logins <= 3
        assert "The system refused our credentials. Check the tokens in the settings" in await told.status()
        assert await told.accounts() == before

        server.grants.allows_client_credentials = True
        assert await told.pull() is None
        assert "refused our credentials" not in await told.status()
        assert set(await told.accounts()) == told.living()


class TestLimit:
    async def test_that_is_reached_pauses_and_the_next_run_goes_on(self, told: Told) -> None:
        usage = told.bench.server.usage
        usage.limit = usage.used + 11
        assert isinstance(await told.pull(), UsedUpError)
        assert "The system's allowance of requests is used up, or nearly" in await told.status()
        some, asked = await told.accounts(), len(told.bench.server.log)
        assert 0 < len(some) < len(told.living())
        assert isinstance(await told.pull(after=MINUTE), UsedUpError)
        assert len(told.bench.server.log) == asked
        usage.limit = 1000
        assert await told.pull(after=DAY) is None
        assert set(await told.accounts()) == told.living()
        assert "allowance of requests" not in await told.status()


class TestErrorPage:
    @pytest.mark.parametrize(
        ("status", "kind", "words"),
        [(503, RetryError, "HTTP 503"), (200, UnreadableAnswerError, "the answer is no JSON")],
    )
    async def test_is_told_in_words_and_the_next_run_goes_on(
        self, told: Told, status: int, kind: type[SourceError], words: str
    ) -> None:
        told.bench.server.faults.html(status, operation="query", skip=4, times=99)
        assert isinstance(await told.pull(), kind)
        assert words in await told.status()
        told.bench.server.faults.clear()
        assert await told.pull() is None
        assert words not in await told.status()
        assert set(await told.accounts()) == told.living()


class TestAnyMoment:
    @pytest.mark.parametrize("trials", [2, pytest.param(200, marks=pytest.mark.soak)])
    @pytest.mark.timeout(3600)
    async def test_of_a_fault_ends_in_the_store_of_a_pull_without_one(self, told: Told, trials: int) -> None:
        dice = random.Random(20)  # noqa: S311 - a seeded choice of moments
        # Of accounts that are ambiguous as much is kept as has come by then, and the rest is fetched once they are not.
        for row in [each for each in told.bench.org.living("Account") if each not in told.keyed()]:
            told.bench.org.edit("Account", row["Id"], **{ERP_KEY: None})
        told.bench.pass_time(DAY)
        expected = await whole(told, 0)
        for trial in range(trials):
            dice.choice(_FAULTS)(told.bench.server.faults, dice.randrange(_QUERIES))
            assert await whole(told, trial + 1) == expected
            told.bench.server.faults.clear()


async def whole(told: Told, trial: int) -> dict[str, Any]:
    """What is in a new store once it was read to the end, by programs of which each gives up at its first error."""
    path = told.folder / f"store-{trial}.db"
    copyfile(told.store_path, path)
    store, is_read, turn = Store(sqlite_url(path)), False, 0
    while not is_read:
        turn += 1
        source = told.bench.sources(told.bench.server.credentials)
        try:
            await pull_source(source, store, PullOrder(run_id=f"run-{turn}"), clock=lambda: told.bench.now)
            is_read = True
        except (ReauthoriseError, RetryError):
            told.bench.server.faults.clear()
        finally:
            await source.close()
    await store.close()
    return {name: rows for name, rows in contents(path).items() if name not in _OF_THE_WAY}
