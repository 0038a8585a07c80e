"""Salesforce as an admin meets it in the demo: many differences decided at once, Upflow's rules switched on and off."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, element
from tests.demo.homes import home_with

pytestmark = [*IN_BROWSER, pytest.mark.timeout(300)]


class TestConflicts:
    async def test_a_field_is_decided_for_all_seen_among_the_decided_and_reopened(self, page: SlackPage) -> None:
        home = await home_with(page, "Chloé Dubois", "NetSuite and Salesforce differ")
        await element(home, "conflicts.log").click()
        await expect(page.modal).to_contain_text(" fields to decide. NetSuite's value shows until then.")
        await page.picture("conflicts")
        await page.choose(page.modal, "conflicts.field", "Phone: ")
        await expect(page.modal).to_contain_text("Phone of ")
        await element(page.modal, "conflicts.accept_all").click()
        await page.page.get_by_test_id("confirm-ok").click()
        await expect(page.modal).to_contain_text("customers: Salesforce's is accepted.")
        await page.choose(page.modal, "conflicts.list", "Decided: ")
        await expect(page.modal).to_contain_text("by Chloé Dubois")
        await page.picture("decided")
        decided = await element(page.modal, "conflicts.list").inner_text()
        await element(page.modal, "conflicts.reopen").first.click()
        await expect(element(page.modal, "conflicts.list")).not_to_have_text(decided)
        await page.modal.get_by_test_id("modal-close").click()


class TestWizard:
    async def test_leads_to_upflow_s_rules_and_back(self, page: SlackPage) -> None:
        home = await home_with(page, "Chloé Dubois", "customers matched")
        await element(home, "crm.open").click()
        await expect(page.modal).to_contain_text("Salesforce is at http://127.0.0.1:")
        await page.submit()
        await expect(page.modal).to_contain_text("Allow Tesorio to read Salesforce organisation")
        await page.picture("wizard-allow")
        await page.submit()
        await expect(page.modal).to_contain_text("Which field holds the common key?")
        await page.picture("wizard-key")
        await page.submit()
        await expect(page.modal).to_contain_text("By whose rules?")
        await page.modal.get_by_text("Contacts and account managers are Salesforce's").click()
        for name in ("Contacts", "Account managers"):
            await page.modal.get_by_text(name, exact=True).click()
        await page.picture("wizard-rules")
        await page.submit()
        await expect(page.modal).to_contain_text("Salesforce is switched on: ", timeout=120_000)
        await page.picture("wizard-done")
        await page.modal.get_by_test_id("modal-close").click()

        await page.act_as("Ana Silva")
        await page.go_to("ar-team")
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("Account managerBen Okafor")
        await element(page.last_message, "contacts.open").click()
        await expect(page.modal).to_contain_text("Salesforce · as of")
        await expect(page.modal).to_contain_text("Ina Twin")
        await page.picture("wizard-contacts")
        await page.modal.get_by_test_id("modal-close").click()

        home = await home_with(page, "Chloé Dubois", "customers matched")
        await element(home, "crm.off").click()
        await page.page.get_by_test_id("confirm-ok").click()
        await expect(home).to_contain_text("Switched off by Chloé Dubois", timeout=120_000)
        await expect(element(home, "crm.open")).to_have_text("Connect Salesforce")
