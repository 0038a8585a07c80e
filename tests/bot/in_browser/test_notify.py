"""Notifications as people see them: the form with its dry run, the channel's confirmation, the news."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from store.work import WorkState
from tests.bot.world import World, ended
from tests.browser import IN_BROWSER, SlackPage, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


class TestNotifications:
    async def test_from_the_form_to_the_news(self, page: SlackPage, opened: World) -> None:
        away = (opened.clock() + timedelta(hours=12)).hour
        await page.say(f"/tesorio subscribe payments amount>100 quiet {away}-{(away + 1) % 24}")
        await expect(page.modal).to_contain_text("This would have posted nothing")
        await page.picture("subscribe-form")
        await page.submit()
        await expect(page.last_message).to_contain_text("set up updates for this channel.")
        opened.ledger.pay_invoice(opened.ledger.invoice_numbered("INV-12345").id, 1_000_00)
        opened.clock.ahead += timedelta(minutes=5)
        await opened.assistant.pull("netsuite", "again")
        assert await ended(opened.assistant, "again") is WorkState.DONE
        told = "Payment or credit of $1,000.00 on INV-12345 of Sun Microsystems, Inc., $16,250.00 still open"
        await expect(page.last_message).to_contain_text(told)
        await page.picture("notice")
        await element(page.last_message, "lookup.open").click()
        await expect(page.last_message).to_contain_text("Sun Microsystems, Inc. owes $16,250.00")
        await page.ask("/tesorio subscriptions")
        await expect(page.last_message).to_contain_text("Subscriptions here and yours: 1")
        await page.picture("subscriptions")
        await element(page.last_message, "subscriptions.pause").click()
        await expect(page.last_message).to_contain_text("Paused since")
