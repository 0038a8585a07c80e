from collections.abc import AsyncIterator

import pytest_asyncio

from sandbox.slack import SlackStandIn
from tests.browser import SlackPage
from tests.patient import patient
from tests.sandbox.page.ledger_app import ledger_app
from tests.sandbox.slack.running import connected


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(deadlines=patient()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def bot(slack: SlackStandIn) -> AsyncIterator[None]:
    """The scripted app, connected to the workspace."""
    async with connected(slack, ledger_app(slack)):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def page(slack: SlackStandIn, window: SlackPage) -> AsyncIterator[SlackPage]:
    """Ana's window on that workspace."""
    async with window.at(slack.page_url) as page:
        yield page
