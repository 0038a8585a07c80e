"""More doors to the same cards, as a person uses them: typing, mentioning, the shortcut menu, a pasted link."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


async def shortcut(page: SlackPage, name: str) -> None:
    """Choose in the menu of the global shortcuts."""
    await page.page.get_by_test_id("shortcuts").first.click()
    await page.options.filter(has_text=name).click()


class TestDoors:
    async def test_what_is_typed_to_the_app_is_answered(self, page: SlackPage) -> None:
        await page.go_to("Tesorio")
        await page.say("INV-12345")
        await expect(page.last_message).to_contain_text("Found an invoice.")
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")

    async def test_a_mention_is_answered_in_its_thread(self, page: SlackPage) -> None:
        await page.go_to("ar-team")
        await page.say("@tesorio customer ABC Inc")
        await page.last_message.get_by_text("1 reply").click()
        thread = page.page.get_by_test_id("thread").get_by_test_id("message")
        await expect(thread.last).to_contain_text("ABC Inc owes")

    async def test_a_pasted_link_shows_its_card(self, page: SlackPage) -> None:
        await page.go_to("Tesorio")
        await page.say("invoice INV-12345")
        link = page.last_message.get_by_role("link", name="INV-12345")
        await expect(link).to_be_visible()
        address = await link.get_attribute("href")
        await page.go_to("sales")
        await page.say(f"who follows {address} up?")
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")
        await element(page.last_message, "lookup.open").click()
        await expect(page.last_message).to_contain_text("open invoices")

    async def test_the_shortcut_finds_a_record_and_its_buttons_work_in_place(self, page: SlackPage) -> None:
        await shortcut(page, "Find in Tesorio")
        await expect(page.modal).to_contain_text("Find in Tesorio")
        await element(page.modal, "find.choose").click()
        await page.page.get_by_test_id("menu-search").fill("sun mic")
        await page.options.filter(has_text="Customer Sun Microsystems, Inc.").first.click()
        await expect(page.modal).to_contain_text("Sun Microsystems, Inc. owes $")
        await page.modal.get_by_role("button", name="INV-12345").click()
        await expect(page.modal).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")
        await element(page.modal, "reply.open").click()
        await expect(page.modal).to_contain_text("Reply to Tesorio")
        await expect(page.modal).to_contain_text("Invoice INV-12345")
