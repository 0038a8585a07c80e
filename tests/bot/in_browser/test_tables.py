"""Tables as people see them: the aging with its chart and menus, pages, a file to download."""

import pytest
from playwright.async_api import expect

from tests.browser import IN_BROWSER, SlackPage, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]
SUN = "Sun Microsystems, Inc."


class TestTables:
    async def test_the_aging_is_drawn_and_narrowed_down(self, page: SlackPage) -> None:
        await page.ask("/tesorio aging currency:USD")
        answer = page.last_message
        await expect(answer).to_contain_text("past due (")
        await expect(answer.get_by_test_id("chart").locator("rect")).to_have_count(5)
        await expect(answer.locator("table")).to_contain_text("Over 90 days")
        await page.picture("aging")
        await element(answer, "aging.owner").click()
        name = await page.options.nth(1).inner_text()
        await page.options.nth(1).click()
        await expect(answer).to_contain_text(f"Only sales rep {name} · in USD")

    async def test_what_is_past_due_leads_to_cards_and_customers(self, page: SlackPage) -> None:
        await page.ask("/tesorio overdue")
        listed = page.last_message
        await expect(listed).to_contain_text("longest past due first")
        await page.picture("overdue")
        await listed.get_by_role("button", name="Open balance").click()
        await listed.get_by_role("button", name="By customer").click()
        await expect(listed).to_contain_text("the largest first")
        await page.choose(listed, "lookup.open", SUN)
        await expect(page.last_message).to_contain_text(f"{SUN} owes")

    async def test_a_file_comes_into_the_own_conversation(self, page: SlackPage) -> None:
        await page.ask("/tesorio customer sun micro")
        await expect(page.last_message).to_contain_text("owes")
        await element(page.last_message, "invoices.open").click()
        await expect(page.last_message).to_contain_text("oldest due date first")
        await page.picture("open-invoices")
        await page.last_message.get_by_role("button", name="CSV").click()
        await expect(page.last_message).to_contain_text("Your CSV is being made.")
        await page.go_to("Tesorio")
        file = page.last_message.get_by_test_id("file")
        await expect(file).to_contain_text("open-invoices-sun-microsystems-inc-")
        await page.picture("csv")
        async with page.page.expect_download() as downloading:
            await file.click()
        downloaded = await downloading.value
        assert downloaded.suggested_filename.endswith(".csv")
