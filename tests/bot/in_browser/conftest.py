"""One world for all that is looked at in a browser, on the event loop that the browser belongs to."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.slack.seed import ANA, AR_TEAM, SALES
from sandbox.smtp import MailStandIn
from tests.bot.mailing import mail_world
from tests.bot.sharing import added
from tests.bot.world import World
from tests.browser import SlackPage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def mail() -> AsyncIterator[MailStandIn]:
    async with MailStandIn() as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory, mail: MailStandIn) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("world")
    async with mail_world(folder, mail, netsuite={"invoice_files": True}) as world:
        await added(world, AR_TEAM, SALES, by=ANA)
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def page(opened: World, window: SlackPage) -> AsyncIterator[SlackPage]:
    """Ana's window on it."""
    async with window.at(opened.slack.page_url) as page:
        yield page
