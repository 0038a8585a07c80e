"""A headless Chromium, and a driver of the workspace page for every test that wants to see what people see."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, ViewportSize, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = f"no Chromium on this machine (looked for {', '.join(NAMES)}); Debian has it in the package chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WINDOW = ViewportSize(width=1280, height=800)
PATIENCE_MS = 30_000
# Generous: the machine may be busy with other tests.
ANSWER_MS = 30_000
expect.set_options(timeout=30_000)
# A browser belongs to the event loop that started it, so its tests and their fixtures share the session's.
IN_BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def chromium_path() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Chromium until the block ends; skips the test where there is none."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_BROWSER)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a run; a module that uses it says `pytestmark = IN_BROWSER`."""
    async with open_browser() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(browser: Browser) -> "SlackPage":
    """One window for all of them too: opening another takes longer than most of what they do in it."""
    return await SlackPage.new(browser)


class SlackPage:
    """A window on a workspace. `troubles` gathers what the page's console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)

    @classmethod
    async def new(cls, browser: Browser) -> Self:
        """An empty window; times are shown in UTC, in American English."""
        return cls(await browser.new_page(viewport=WINDOW, locale="en-US", timezone_id="UTC"))

    @asynccontextmanager
    async def at(self, url: str) -> AsyncIterator[Self]:
        """The workspace, seen for the first time, as Ana; what the console complains of meanwhile is an error."""
        await self.page.goto(url)
        await self.page.get_by_test_id("channel-title").wait_for()
        await self._read()
        try:
            yield self
        finally:
            troubles, self.troubles = self.troubles, []
            await self.page.evaluate("sessionStorage.clear()")
            await self.page.goto("about:blank")
        assert not troubles

    @property
    def messages(self) -> Locator:
        """The messages of the channel that is open, oldest first; without those of the thread beside it."""
        return self.page.get_by_test_id("messages").get_by_test_id("message")

    @property
    def last_message(self) -> Locator:
        return self.messages.last

    @property
    def modal(self) -> Locator:
        """The modal on top."""
        return self.page.get_by_test_id("modal").last

    @property
    def composer(self) -> Locator:
        return self.page.get_by_test_id("composer")

    @property
    def options(self) -> Locator:
        """The options of the menu that is open."""
        return self.page.get_by_test_id("option")

    async def say(self, text: str) -> None:
        """Type a message or a command and send it."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def ask(self, line: str) -> None:
        """Send a command that is answered here, and wait for its answer: what stood there before is none."""
        before = await self.messages.count()
        await self.say(line)
        await self.messages.nth(before).wait_for(timeout=ANSWER_MS)

    async def go_to(self, name: str) -> None:
        """Open a channel, or a person's or the app's messages, by the name in the sidebar."""
        await self.page.locator(f'[data-testid="channel"][data-name="{name}"]').click()
        await self._read()

    async def _read(self) -> None:
        """What was said before must be there first, or it would pass for an answer."""
        await expect(self.page.get_by_test_id("messages")).to_have_attribute("aria-busy", "false")

    async def act_as(self, name: str) -> None:
        await self.page.get_by_test_id("act-as").click()
        await self.options.filter(has_text=name).click()
        await self.page.get_by_test_id("act-as").filter(has_text=name).wait_for()

    async def choose(self, place: Locator, action_id: str, text: str) -> None:
        """Open a menu and pick the option that contains `text`."""
        await element(place, action_id).click()
        await self.options.filter(has_text=text).click()

    async def submit(self) -> None:
        await self.modal.get_by_test_id("modal-submit").click()

    async def picture(self, name: str) -> None:
        """Keep what is shown, where somebody wants to look at it: in the folder TESORIO_TEST_PICTURES."""
        if folder := os.environ.get("TESORIO_TEST_PICTURES"):
            await self.page.screenshot(path=f"{folder}/{name}.png")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.troubles.append(str(error))


def element(place: Locator, action_id: str) -> Locator:
    """The interactive element with this action_id inside a message, a modal or the Home tab."""
    return place.locator(f'[data-action-id="{action_id}"]')


def block(place: Locator, block_id: str) -> Locator:
    return place.locator(f'[data-block-id="{block_id}"]')
