"""Notifications as people see them: the form with its dry run, the channel's confirmation, the news."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from store.work import WorkState
from tests.bot.world import World, ended, open_world
from tests.browser import IN_BROWSER, SlackPage, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]
PATIENCE_MS = 20_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def page(opened: World, browser: Browser) -> AsyncIterator[SlackPage]:
    """Ana's window; whatever its console complains of fails the test."""
    window = await SlackPage.open(browser, opened.slack.page_url)
    yield window
    await window.page.context.close()
    assert not window.troubles


async def picture(page: SlackPage, name: str) -> None:
    """Keep what is shown, where somebody wants to look at it."""
    if folder := os.environ.get("TESORIO_TEST_PICTURES"):
        await page.page.screenshot(path=f"{folder}/{name}.png")


class TestNotifications:
    async def test_from_the_form_to_the_news(self, page: SlackPage, opened: World) -> None:
        await page.say("/tesorio subscribe payments amount>100 quiet 22-7")
        await expect(page.modal).to_contain_text("This would have posted nothing", timeout=PATIENCE_MS)
        await picture(page, "subscribe-form")
        await page.submit()
        await expect(page.last_message).to_contain_text("set up updates for this channel.", timeout=PATIENCE_MS)
        opened.ledger.pay_invoice(opened.ledger.invoice_numbered("INV-12345").id, 1_000_00)
        opened.clock.ahead += timedelta(minutes=5)
        await opened.assistant.pull("netsuite", "again")
        assert await ended(opened.assistant, "again") is WorkState.DONE
        told = "Payment or credit of $1,000.00 on INV-12345 of Sun Microsystems, Inc., $16,250.00 still open"
        await expect(page.last_message).to_contain_text(told, timeout=PATIENCE_MS)
        await picture(page, "notice")
        await element(page.last_message, "lookup.open").click()
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $16,250.00", timeout=PATIENCE_MS)
        await page.ask("/tesorio subscriptions")
        await expect(page.last_message).to_contain_text("Subscriptions here and yours: 1", timeout=PATIENCE_MS)
        await picture(page, "subscriptions")
        await element(page.last_message, "subscriptions.pause").click()
        await expect(page.last_message).to_contain_text("Paused since", timeout=PATIENCE_MS)
