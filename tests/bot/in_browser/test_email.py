"""E-mail as people see it: the card's button, the form, its preview, the letter in the mail server."""

from dataclasses import replace

import pytest
from playwright.async_api import expect

from sandbox.ledger import Kind
from sandbox.ledger.letters import attach_file
from sandbox.smtp import MailStandIn
from store.work import WorkState
from tests.bot.mailing import recorded
from tests.bot.world import World, ended
from tests.browser import IN_BROWSER, SlackPage, block, element

pytestmark = [*IN_BROWSER, pytest.mark.timeout(180)]
MANY = 12


async def many_contacts(world: World) -> None:
    """More than there is room for boxes; and a file whose name does not say what it is."""
    attach_file(world.ledger, world.ledger.invoice_numbered("INV-12345").id, name="scan", content=b"%PDF")
    [first, *_] = world.ledger.contacts_of(world.ledger.invoice_numbered("INV-12345").customer_id)
    for nth in range(MANY):
        contact_id = 900_000 + nth
        kim = replace(first, id=contact_id, first_name=f"Kim {nth}", last_name="Reyes", is_primary=False)
        stamp = world.ledger.instant()
        world.ledger.put(Kind.CONTACT, replace(kim, email=f"kim{nth}@sun.example", last_modified=stamp))
    world.pass_time(120)
    await world.assistant.pull("netsuite", "many contacts")
    assert await ended(world.assistant, "many contacts") is WorkState.DONE


class TestEmail:
    async def test_goes_from_the_card_to_two_contacts_with_the_invoice(
        self, page: SlackPage, opened: World, mail: MailStandIn
    ) -> None:
        await many_contacts(opened)
        await page.ask("/tesorio invoice INV-12345")
        await element(page.last_message, "email.open").click()
        to = element(page.modal, "email.to")
        await expect(to.get_by_test_id("pick")).to_have_count(1)
        await page.picture("email-form")
        await to.get_by_test_id("pick").get_by_role("button").click()
        await to.get_by_test_id("select").click()
        await page.options.filter(has_text="kim3@sun.example").click()
        await page.options.filter(has_text="kim7@sun.example").click()
        await page.picture("email-recipients")
        await page.page.keyboard.press("Escape")
        await expect(to.get_by_test_id("pick")).to_have_count(2)
        await element(page.modal, "email.cc").locator("input").fill("boss@sun.example")
        unfit = block(page.modal, "email.unfit")
        await expect(unfit).to_have_text(
            "Cannot be attached: the name «scan» has no extension, such as .pdf, which tells what the file is."
        )
        await unfit.scroll_into_view_if_needed()
        await page.picture("email-files")
        await page.submit()
        await expect(page.modal).to_contain_text("This is what will be sent")
        await expect(page.modal).to_contain_text("INV-12345.pdf")
        await page.picture("email-preview")
        await page.submit()
        await expect(page.modal).to_contain_text("Sent · in NetSuite")
        await page.picture("email-sent")
        [letter] = mail.box.to("kim3@sun.example")
        assert set(letter.recipients) == {"kim3@sun.example", "kim7@sun.example", "boss@sun.example"}
        [file] = [each for each in opened.ledger.records(Kind.FILE).values() if each.name == "INV-12345.pdf"]
        assert letter.attachments == {"INV-12345.pdf": file.content}
        assert "past due" in letter.subject
        [message] = await recorded(opened)
        assert (message.subject, message.attachments) == (letter.subject, "INV-12345.pdf")
        assert letter.subject in [each.subject for each in opened.ledger.records(Kind.MESSAGE).values()]
