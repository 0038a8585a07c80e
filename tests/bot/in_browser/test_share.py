"""Sharing as people see it: the card's button, the form, its preview, the message in the channel."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


class TestSharing:
    async def test_a_card_is_shared_to_a_channel(self, page: SlackPage) -> None:
        await page.ask("/tesorio invoice INV-12345")
        await expect(page.last_message).to_contain_text("owes")
        await element(page.last_message, "share.open").click()
        await expect(page.modal).to_contain_text("Invoice INV-12345 of Sun Microsystems")
        await page.choose(page.modal, "share.channel", "#sales")
        await (
            element(page.modal, "share.text")
            .locator("textarea")
            .fill("Who speaks to them this week?\nThey are a month late.")
        )
        await page.submit()
        await expect(page.modal).to_contain_text("This is what #sales will see:")
        await expect(block(page.modal, "preview.message")).to_contain_text("They are a month late.")
        await page.picture("share-preview")
        await page.submit()
        await expect(page.modal).to_contain_text("Posted in #sales.")
        await page.modal.get_by_role("button", name="Done").click()
        await page.go_to("sales")
        await expect(block(page.last_message, "shared")).to_contain_text("Shared by ana@meridian.example")
        await expect(element(page.last_message, "reply.open")).to_be_visible()
        await page.picture("share-posted")

    async def test_a_person_gets_a_direct_message(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("Closest match for «sun micro»")
        await element(page.last_message, "share.open").click()
        await expect(page.modal).to_contain_text("Customer Sun Microsystems")
        await page.choose(page.modal, "share.person", "Gil Guest")
        await page.submit()
        await expect(page.modal).to_contain_text("Gil Guest is a guest in this workspace.")
        await page.choose(page.modal, "share.person", "Ben Okafor")
        await page.submit()
        await expect(page.modal).to_contain_text("This is what Ben Okafor will see:")
        await page.submit()
        await expect(page.modal).to_contain_text("Sent to Ben Okafor.")
        await page.modal.get_by_role("button", name="Done").click()
        await page.act_as("Ben Okafor")
        await page.go_to("Tesorio")
        await expect(block(page.last_message, "shared")).to_contain_text("Shared by ana@meridian.example")
        await expect(block(page.last_message, "doubt")).to_contain_text("Closest match for «sun micro».")
