"""Sharing as people see it: the card's button, the form, its preview, the message in the channel."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from sandbox.slack.seed import ANA, SALES
from tests.bot.sharing import added
from tests.bot.world import World, open_world
from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]
PATIENCE_MS = 20_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        await added(world, "ar-team", SALES, by=ANA)
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def page(opened: World, browser: Browser) -> AsyncIterator[SlackPage]:
    """Ana's window; whatever its console complains of fails the test."""
    window = await SlackPage.open(browser, opened.slack.page_url)
    yield window
    await window.page.context.close()
    assert not window.troubles


class TestSharing:
    async def test_a_card_is_shared_to_a_channel(self, page: SlackPage) -> None:
        await page.ask("/tesorio invoice INV-12345")
        await expect(page.last_message).to_contain_text("owes", timeout=PATIENCE_MS)
        await element(page.last_message, "share.open").click()
        await expect(page.modal).to_contain_text("Invoice INV-12345 of Sun Microsystems", timeout=PATIENCE_MS)
        await page.choose(page.modal, "share.channel", "#sales")
        await (
            element(page.modal, "share.text")
            .locator("textarea")
            .fill("Who speaks to them this week?\nThey are a month late.")
        )
        await page.submit()
        await expect(page.modal).to_contain_text("This is what #sales will see:", timeout=PATIENCE_MS)
        await expect(block(page.modal, "preview.message")).to_contain_text("They are a month late.")
        await picture(page, "share-preview")
        await page.submit()
        await expect(page.modal).to_contain_text("Posted in #sales.", timeout=PATIENCE_MS)
        await page.modal.get_by_role("button", name="Done").click()
        await page.go_to("sales")
        await expect(block(page.last_message, "shared")).to_contain_text("Shared by ana@meridian.example")
        await expect(element(page.last_message, "reply.open")).to_be_visible()
        await picture(page, "share-posted")

    async def test_a_person_gets_a_direct_message(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("Closest match for «sun micro»", timeout=PATIENCE_MS)
        await element(page.last_message, "share.open").click()
        await expect(page.modal).to_contain_text("Customer Sun Microsystems", timeout=PATIENCE_MS)
        await page.choose(page.modal, "share.person", "Gil Guest")
        await page.submit()
        await expect(page.modal).to_contain_text("Gil Guest is a guest in this workspace.", timeout=PATIENCE_MS)
        await page.choose(page.modal, "share.person", "Ben Okafor")
        await page.submit()
        await expect(page.modal).to_contain_text("This is what Ben Okafor will see:", timeout=PATIENCE_MS)
        await page.submit()
        await expect(page.modal).to_contain_text("Sent to Ben Okafor.", timeout=PATIENCE_MS)
        await page.modal.get_by_role("button", name="Done").click()
        await page.act_as("Ben Okafor")
        await page.go_to("Tesorio")
        await expect(block(page.last_message, "shared")).to_contain_text("Shared by ana@meridian.example")


async def picture(page: SlackPage, name: str) -> None:
    """Kept only where somebody wants to look at it."""
    if folder := os.environ.get("TESORIO_TEST_PICTURES"):
        await page.page.screenshot(path=f"{folder}/{name}.png")
