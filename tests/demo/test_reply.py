"""«Reply to Tesorio» as a person does it: from a card, and from what somebody wrote in a channel."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


class TestReply:
    async def test_a_note_is_typed_at_once_and_shown_on_the_next_card(self, page: SlackPage) -> None:
        await page.ask("/tesorio invoice INV-12345")
        await element(page.last_message, "reply.open").click()
        text = element(page.modal, "reply.text").locator("textarea")
        await expect(text).to_be_focused()
        await page.page.keyboard.type("They pay on Friday.")
        await page.submit()
        await expect(page.modal).to_contain_text("Saved · in NetSuite")
        await expect(page.modal).to_contain_text("Note · Invoice INV-12345")
        await page.modal.get_by_role("button", name="Done").click()
        await page.last_message.get_by_text("1 reply").click()
        line = page.page.get_by_test_id("thread").get_by_test_id("message").last
        await expect(line).to_contain_text("Ana Silva recorded a note in Tesorio · Saved · in NetSuite")
        await page.ask("/tesorio invoice INV-12345")
        await expect(block(page.last_message, "note")).to_contain_text("They pay on Friday.")

    async def test_a_message_becomes_a_dispute_with_its_words(self, page: SlackPage) -> None:
        await page.say("The goods never came, says INV-12345")
        await expect(page.last_message).to_contain_text("The goods never came")
        await page.last_message.hover()
        await page.last_message.get_by_test_id("message-more").click()
        await page.options.filter(has_text="Reply to Tesorio").click()
        text = element(page.modal, "reply.text").locator("textarea")
        await expect(text).to_have_value("> Ana Silva: The goods never came, says INV-12345\n\n")
        await element(page.modal, "pick.record").click()
        await page.page.get_by_test_id("menu-search").fill("INV-12345")
        await page.options.filter(has_text="Invoice INV-12345").first.click()
        await page.modal.get_by_text("Dispute", exact=True).click()
        await expect(text).to_have_value("> Ana Silva: The goods never came, says INV-12345\n\n")
        await page.choose(page.modal, "reply.reason", "Goods not received")
        await page.submit()
        await expect(page.modal).to_contain_text("Dispute: goods not received, $")
        await page.modal.get_by_role("button", name="Done").click()
        await page.ask("/tesorio invoice INV-12345")
        await expect(page.last_message).to_contain_text("Disputed: goods not received")
        await element(page.last_message, "notes.open").click()
        await expect(page.modal).to_contain_text("The goods never came")
        await element(page.modal, "notes.resolve_dispute").click()
        await page.page.get_by_role("button", name="Yes").click()
        await expect(page.modal).to_contain_text("Dispute resolved")
