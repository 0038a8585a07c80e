"""The main job as a person does it: `tesorio demo`, a browser, two commands, and the buttons of the answers."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, block, element
from tests.demo.homes import home_with

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


class TestMainJob:
    async def test_a_customer_is_found_by_a_part_of_its_name(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        card = page.last_message
        await expect(card).to_contain_text("Sun Microsystems, Inc. owes $")
        await expect(card).to_contain_text("Closest match for «sun micro»: name starts with «sun micro».")
        await expect(card).to_contain_text("past due")
        await expect(card.locator("table")).to_contain_text("Over 90 days")
        await expect(block(card, "provenance")).to_contain_text("NetSuite · as of")

    async def test_an_invoice_of_the_card_opens_in_one_click(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("pen invoices")
        await page.last_message.get_by_role("button", name="INV-12345").click()
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")
        await expect(page.last_message).to_contain_text("12 days past due")

    async def test_another_candidate_replaces_the_card_and_keeps_the_menu(self, page: SlackPage) -> None:
        await page.ask("/tesorio invoice inv123")
        card = page.last_message
        await expect(card).to_contain_text("same number, written differently")
        await expect(card).to_contain_text("ABC Inc owes $5,400.00")
        await page.choose(card, "lookup.choose", "INV-12345")
        await expect(card).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")
        await page.choose(card, "lookup.choose", "INV-123")
        await expect(card).to_contain_text("ABC Inc owes $5,400.00")

    async def test_refresh_reads_the_record_again(self, page: SlackPage) -> None:
        await page.ask("/tesorio invoice INV-12345")
        card = page.last_message
        await expect(card).to_contain_text("Sun Microsystems, Inc. owes")
        # The page draws a replaced message anew, so a mark on the old drawing goes away.
        await card.evaluate("drawn => drawn.setAttribute('data-mark', 'old')")
        await expect(card).to_have_attribute("data-mark", "old")
        await element(card, "refresh.record").click()
        await expect(card).not_to_have_attribute("data-mark", "old")
        await expect(card).to_contain_text("Sun Microsystems, Inc. owes $17,250.00")

    async def test_someone_unlinked_sees_no_figure(self, page: SlackPage) -> None:
        await page.act_as("Gil Guest")
        await page.go_to("general")
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("not linked to an account")
        await expect(page.last_message).not_to_contain_text("owes")


class TestSalesforce:
    async def test_a_note_that_is_ticked_for_it_is_seen_landing(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await element(page.last_message, "reply.open").click()
        await element(page.modal, "reply.text").locator("textarea").fill("AP pays on Friday.")
        await page.modal.get_by_text("Salesforce", exact=True).click()
        await page.submit()
        await expect(page.modal).to_contain_text("Saved · in NetSuite · in Salesforce")
        await page.modal.get_by_test_id("modal-close").click()
        box = page.page.locator('[data-testid="outside"][data-name="salesforce"]')
        await expect(box).to_contain_text("In Salesforce (1)")
        await box.locator("summary").filter(has_text="Note · Ana Silva").click()
        await expect(box).to_contain_text("AP pays on Friday.")
        await page.picture("landed")

    async def test_an_admin_sees_that_it_is_switched_on_and_where_it_differs(self, page: SlackPage) -> None:
        home = await home_with(page, "Chloé Dubois", "NetSuite and Salesforce differ")
        await expect(home).to_contain_text("customers matched")
        await expect(element(home, "crm.open")).to_have_text("Change")


class TestNews:
    async def test_what_is_let_happen_in_netsuite_is_told_of(self, page: SlackPage) -> None:
        await page.say("/tesorio subscribe payments")
        await page.submit()
        await expect(page.last_message).to_contain_text("set up updates for this channel.")
        await page.page.get_by_test_id("outside").get_by_role("button", name="Let a payment arrive").click()
        await expect(page.page.get_by_test_id("happened")).to_contain_text("Sun Microsystems, Inc. paid ")
        await expect(page.last_message).to_contain_text("of Sun Microsystems, Inc.")
        await page.picture("news")
