"""The way in and the Home tab as people see them: connect, look something up, find it on Home, disconnect."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, element
from tests.demo.homes import home_of

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


class TestConnectToHome:
    async def test_from_the_first_command_to_home_and_out_again(self, page: SlackPage) -> None:
        await page.act_as("Eva Lima")
        await page.go_to("ar-team")
        await page.ask("/tesorio customer sun micro")
        refusal = page.last_message
        await expect(refusal).to_contain_text("not linked to an account")
        await element(refusal, "connect.open").click()
        await expect(page.modal).to_contain_text("eva.lima@meridian.example")
        await page.submit()
        await expect(page.modal).to_contain_text("You are connected as Eva Lima")
        await page.modal.get_by_test_id("modal-close").click()
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $")

        home = await home_of(page, "Eva Lima")
        await expect(home).to_contain_text("eva.lima@meridian.example · finance · connected")
        await expect(home).to_contain_text("Sun Microsystems, Inc.")
        await element(home, "lookup.open").first.click()
        await expect(page.modal).to_contain_text("Sun Microsystems, Inc. owes $")
        await page.modal.get_by_test_id("modal-close").click()

        await element(home, "connect.unlink").click()
        await page.page.get_by_test_id("confirm-deny").click()
        await expect(home).to_contain_text("eva.lima@meridian.example")
        await element(home, "connect.unlink").click()
        await page.page.get_by_test_id("confirm-ok").click()
        await expect(home).not_to_contain_text("eva.lima@meridian.example")
        await expect(home).to_contain_text("not linked to an account")

    async def test_a_sales_rep_sees_their_customers(self, page: SlackPage) -> None:
        home = await home_of(page, "Ana Silva")
        await expect(home).to_contain_text("My customers")
        await expect(home).to_contain_text("past due")
        await expect(home).to_contain_text("NetSuite · as of")

    async def test_a_guest_is_told_plainly(self, page: SlackPage) -> None:
        await page.act_as("Gil Guest")
        await page.go_to("general")
        await page.ask("/tesorio customer sun micro")
        await element(page.last_message, "connect.open").click()
        await expect(page.modal).to_contain_text("only its full members can be connected")
