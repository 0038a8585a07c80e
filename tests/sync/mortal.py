"""A pull that dies before one of its commits, and begins again in what the store holds then.

What is in the store between two commits is all that a program finds which died there: so these are all the ways to die.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import TypeAlias

from sqlalchemy import event

from store.db import Store, sqlite_url
from sync.pull import PullOrder, pull_source
from tests.sync.netsuite.bench import NetSuiteBench
from tests.sync.salesforce.bench import SalesforceBench
from tests.sync.test_killed import contents

Bench: TypeAlias = NetSuiteBench | SalesforceBench


class DeadError(BaseException):
    """Nothing catches it, and nothing is written after it."""


@contextmanager
def mortal(store: Store, death: int | None) -> Iterator[list[int]]:
    """Die before the commit of this number; what it yields are the numbers of the commits so far."""
    passed, numbers, is_dead = [], count(), False
    writer, reader = store._writer.sync_engine, store._reader.sync_engine

    def commit(*_what: object) -> None:
        nonlocal is_dead
        is_dead = (number := next(numbers)) == death
        if is_dead:
            raise DeadError
        passed.append(number)

    def begin(*_what: object) -> None:
        if is_dead:
            raise DeadError

    event.listen(writer, "commit", commit)
    for engine in (writer, reader):
        event.listen(engine, "begin", begin)
    yield passed


async def live(bench: Bench, path: Path, death: int | None = None) -> int:
    """Pull until the end, or until death; how many commits that took."""
    store = Store(sqlite_url(path))
    order = PullOrder(run_id=f"run {bench.now}")
    with mortal(store, death) as passed:
        try:
            await pull_source(bench.source, store, order, clock=lambda: bench.now)
            assert death is None
        except DeadError:
            # Nor does anything live on in memory.
            await bench.source.close()
            bench.open()
    await store.close()
    return len(passed)


async def die(bench: Bench, template: Path, dice: random.Random, deaths: int | None) -> Path:
    """Die at so many commits, or at each of them, in a store each, and begin again; the store of a whole life."""
    whole = copy_of(template, "whole")
    commits = await live(bench, whole)
    expected = contents(whole)
    for death in range(commits) if deaths is None else dice.sample(range(commits), deaths):
        path = copy_of(template, "again")
        await live(bench, path, death)
        assert contents(path) != expected, death
        await live(bench, path)
        assert contents(path) == expected, death
    return whole


def copy_of(template: Path, name: str) -> Path:
    path = template.with_name(f"{name}-{template.name}")
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    return Path(copyfile(template, path))
