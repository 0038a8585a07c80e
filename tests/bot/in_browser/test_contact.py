"""Contacts as people see them: the list behind a card, the form that adds one, the form that changes it."""

import pytest
from playwright.async_api import expect

from sandbox.ledger.records import Contact
from tests.bot.world import World
from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]


async def fill(page: SlackPage, **fields: str) -> None:
    for name, text in fields.items():
        await element(page.modal, f"contact.{name}").locator("input").fill(text)


async def done(page: SlackPage) -> None:
    """Back to the list."""
    await page.modal.get_by_role("button", name="Done").click()
    await expect(page.modal.get_by_test_id("modal-title")).to_have_text("Contacts")


def theirs(world: World, name: str) -> list[Contact]:
    """What NetSuite has."""
    return [each for each in world.ledger.contacts.values() if each.name == name]


class TestContacts:
    async def test_one_is_added_and_then_edited_from_the_card_into_netsuite(
        self, page: SlackPage, opened: World
    ) -> None:
        await page.ask("/tesorio customer sun micro")
        await element(page.last_message, "contacts.open").click()
        await expect(page.modal).to_contain_text("primary contact")
        await page.picture("contacts")
        await element(page.modal, "contact.add").click()
        await expect(page.modal.get_by_test_id("modal-title")).to_have_text("Add contact")
        await fill(page, first_name="Bea", last_name="Mueller", title="AP manager", email="bea at sun", phone="0901")
        await page.submit()
        await expect(page.modal).to_contain_text("«bea at sun» is no e-mail address.")
        await page.picture("contact-errors")
        await fill(page, email="bea@sun.example", phone="+49 30 901820")
        await page.picture("contact-form")
        await page.submit()
        await expect(page.modal).to_contain_text("Saved · in NetSuite")
        await page.picture("contact-saved")
        [made] = theirs(opened, "Bea Mueller")
        assert (made.email, made.phone, made.title) == ("bea@sun.example", "+49 30 901820", "AP manager")
        await done(page)
        shown = page.modal.locator("[data-block-id]", has_text="Bea Mueller")
        await expect(shown).to_contain_text("bea@sun.example")
        nth = (await shown.get_attribute("data-block-id") or "").partition(".")[2]
        await element(block(page.modal, f"edit.{nth}"), "contact.edit").click()
        await expect(page.modal.get_by_test_id("modal-title")).to_have_text("Edit contact")
        await fill(page, title="Head of AP")
        await page.submit()
        await expect(page.modal).to_contain_text("Saved · in NetSuite")
        assert [each.title for each in theirs(opened, "Bea Mueller")] == ["Head of AP"]
        await done(page)
        await expect(page.modal).to_contain_text("Head of AP")
        await page.picture("contacts-after")
