"""One world per module: the product's engine of durable work allows one per process at a time."""

import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bot.world import Log, World, open_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(opened: World) -> AsyncIterator[World]:
    """The module's world, with a log of its own and no faults, moved clock or work under way left behind."""
    root, opened.log = logging.getLogger(), Log()
    root.addHandler(opened.log)
    yield opened
    await opened.catch_up()
    root.removeHandler(opened.log)
    opened.clock.ahead = type(opened.clock.ahead)()
    opened.workspace.faults.clear()
    opened.netsuite.faults.clear()
