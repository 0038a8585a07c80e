"""One world for all that is looked at in a browser, on the event loop that the browser belongs to."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.slack.seed import ANA, AR_TEAM, SALES
from tests.bot.sharing import added
from tests.bot.world import World, open_world
from tests.browser import SlackPage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        await added(world, AR_TEAM, SALES, by=ANA)
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def page(opened: World, window: SlackPage) -> AsyncIterator[SlackPage]:
    """Ana's window on it."""
    async with window.at(opened.slack.page_url) as page:
        yield page
