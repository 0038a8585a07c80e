"""Tables as people see them: the aging with its chart and menus, pages, a file to download."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.bot.world import World, open_world
from tests.browser import IN_BROWSER, SlackPage, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]
PATIENCE_MS = 20_000
SUN = "Sun Microsystems, Inc."


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


class TestTables:
    async def test_the_aging_is_drawn_and_narrowed_down(self, page: SlackPage) -> None:
        await page.ask("/tesorio aging currency:USD")
        answer = page.last_message
        await expect(answer).to_contain_text("past due (", timeout=PATIENCE_MS)
        await expect(answer.get_by_test_id("chart").locator("rect")).to_have_count(5)
        await expect(answer.locator("table")).to_contain_text("Over 90 days")
        await picture(page, "aging")
        await element(answer, "aging.owner").click()
        name = await page.options.nth(1).inner_text()
        await page.options.nth(1).click()
        await expect(answer).to_contain_text(f"Only sales rep {name} · in USD", timeout=PATIENCE_MS)

    async def test_what_is_past_due_leads_to_cards_and_customers(self, page: SlackPage) -> None:
        await page.ask("/tesorio overdue")
        listed = page.last_message
        await expect(listed).to_contain_text("longest past due first", timeout=PATIENCE_MS)
        await picture(page, "overdue")
        await listed.get_by_role("button", name="Open balance").click()
        await listed.get_by_role("button", name="By customer").click()
        await expect(listed).to_contain_text("the largest first", timeout=PATIENCE_MS)
        await page.choose(listed, "lookup.open", SUN)
        await expect(page.last_message).to_contain_text(f"{SUN} owes", timeout=PATIENCE_MS)

    async def test_a_file_comes_into_the_own_conversation(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("owes", timeout=PATIENCE_MS)
        await element(page.last_message, "invoices.open").click()
        await expect(page.last_message).to_contain_text("oldest due date first", timeout=PATIENCE_MS)
        await picture(page, "open-invoices")
        await page.last_message.get_by_role("button", name="CSV").click()
        await expect(page.last_message).to_contain_text("Your CSV is being made.", timeout=PATIENCE_MS)
        await page.go_to("Tesorio")
        file = page.last_message.get_by_test_id("file")
        await expect(file).to_contain_text("open-invoices-sun-microsystems-inc-", timeout=PATIENCE_MS)
        await picture(page, "csv")
        async with page.page.expect_download() as downloading:
            await file.click()
        downloaded = await downloading.value
        assert downloaded.suggested_filename.endswith(".csv")


async def picture(page: SlackPage, name: str) -> None:
    """Kept only where somebody wants to look at it."""
    if folder := os.environ.get("TESORIO_TEST_PICTURES"):
        await page.page.screenshot(path=f"{folder}/{name}.png")
