"""The Home tab in the demo's page."""

import asyncio

from playwright.async_api import Locator

from tests.browser import SlackPage

# The first reading of a source may take as long on a busy machine.
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 0.5


async def home_of(page: SlackPage, name: str) -> Locator:
    """This person's Home, open."""
    await page.act_as(name)
    await page.go_to("Tesorio")
    await page.page.get_by_test_id("tab-home").click()
    home = page.page.get_by_test_id("home")
    await home.wait_for()
    return home


async def home_with(page: SlackPage, name: str, text: str) -> Locator:
    """The same once it says this: a Home shows what was read when it was opened."""
    home = await home_of(page, name)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while text not in await home.inner_text():
            await asyncio.sleep(_LOOK_SECONDS)
            await page.page.get_by_test_id("tab-messages").click()
            await page.page.get_by_test_id("tab-home").click()
            await home.wait_for()
    return home
