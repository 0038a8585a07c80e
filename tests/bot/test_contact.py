"""«Add contact» and «Edit contact», from the card to NetSuite and back with the next reading."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from sandbox.netsuite.permissions import Level
from sandbox.slack.seed import ANA
from store.contacts import Contact, contact_by_id, contacts_of
from store.customers import customer_by_id
from store.deliveries import DeliveryState
from store.pulled import tombstone_records, upsert_records
from store.records import RecordId
from store.users import Role
from tests.bot.contacting import (
    A_LIST,
    added,
    arrived,
    entered,
    form_to_add,
    form_to_edit,
    here,
    is_saved,
    list_of,
    pulled,
    theirs,
)
from tests.bot.mailing import change
from tests.bot.replying import (
    about_customer,
    card_of,
    give_role,
    modal,
    submit,
    submitted_anew,
    words,
)
from tests.bot.world import SETTLED, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world"), targets=None) as world:
        yield world


async def _nothing_kept(*_arguments: object) -> None:
    """An earlier version remembered nothing of what was typed."""


async def _changed_there(world: World, contact: Contact, **changes: Any) -> None:
    """What the next reading brings of a contact that has arrived."""
    await arrived(world, contact)
    async with world.store.read() as conn:
        known = await contact_by_id(conn, contact.id)
    await change(world, known, **changes)


class TestAdd:
    async def test_goes_from_the_card_into_netsuite_and_comes_back_once(self, world: World) -> None:
        await form_to_add(world)
        told = entered(first_name="Bea", last_name=" Mueller ", title="AP manager", phone="+49 30 901820")
        await submit(world, told | {"contact.email": "bea@SUN.example"})
        assert "Saved · on its way to NetSuite" in words(world)
        await is_saved(world)
        contact = await here(world, "Bea Mueller")
        assert (contact.email, contact.phone, contact.title) == ("bea@sun.example", "+49 30 901820", "AP manager")
        assert (await arrived(world, contact)).state is DeliveryState.SENT
        assert "Saved · in NetSuite" in words(world)
        (found,) = theirs(world, "Bea Mueller")
        assert (found.email, found.phone, found.title) == ("bea@sun.example", "+49 30 901820", "AP manager")
        assert f"netsuite:customer:{found.customer_id}" == about_customer(world)[0]
        await pulled(world, "after the contact")
        assert (await here(world, "Bea Mueller")).origin == "netsuite"

    async def test_shows_at_once_in_the_list_it_was_opened_from(self, world: World) -> None:
        await added(world, "Clara", email="clara@sun.example")
        await world.workspace.close(ANA, SETTLED)
        assert "Contacts" in str(modal(world)["title"])
        assert "Clara Mueller" in words(world)
        assert "clara@sun.example" in words(world)

    async def test_whose_last_name_has_two_words_is_called_by_them_once(self, world: World) -> None:
        await form_to_add(world)
        await submit(world, entered(last_name="Accounts Payable"))
        await is_saved(world)
        contact = await here(world, "Accounts Payable")
        assert (contact.first_name, contact.last_name) == (None, "Accounts Payable")
        await arrived(world, contact)
        assert len(theirs(world, "Accounts Payable")) == 1

    async def test_submitted_twice_is_one(self, world: World) -> None:
        contact = await added(world, "Dora")
        again = await submitted_anew(world, lambda _view: None)
        assert again["response_action"] == "update"
        await arrived(world, contact)
        assert len(theirs(world, "Dora Mueller")) == 1

    async def test_submitted_again_with_a_change_does_not_lose_it(self, world: World) -> None:
        await added(world, "Doris")

        def change_title(view: dict[str, Any]) -> None:
            view["state"]["values"]["contact.title.block"]["contact.title"]["value"] = "CFO"

        again = await submitted_anew(world, change_title)
        assert "was saved before" in str(again)
        assert "'initial_value': 'CFO'" in str(again)
        assert (await here(world, "Doris Mueller")).title is None

    async def test_submitted_again_as_it_was_after_netsuite_changed_it_overwrites_nothing(self, world: World) -> None:
        contact = await added(world, "Dagmar", email="dagmar@SUN.example")
        await _changed_there(world, contact, title="CFO (NetSuite)")
        again = await submitted_anew(world, lambda _view: None)
        assert "was saved before" not in str(again)
        assert not again["view"].get("submit")
        assert (await here(world, "Dagmar Mueller")).title == "CFO (NetSuite)"

    async def test_submitted_again_with_a_change_takes_over_what_netsuite_changed(self, world: World) -> None:
        contact = await added(world, "Dana", email="dana@SUN.example")
        await _changed_there(world, contact, title="CFO (NetSuite)", email="dana@moon.example")

        def change_title(view: dict[str, Any]) -> None:
            view["state"]["values"]["contact.title.block"]["contact.title"]["value"] = "CFO"

        again = str(await submitted_anew(world, change_title))
        assert "was saved before" in again
        assert "is now «CFO (NetSuite)»" in again
        assert "E-mail is now «dana@moon.example»" in again
        assert "'initial_value': 'CFO'" in again
        assert "'initial_value': 'dana@moon.example'" in again

    async def test_that_an_earlier_version_saved_is_saved_once_and_no_more(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as earlier:
            earlier.setattr("bot.commands.contact.keep_typed", _nothing_kept)
            contact = await added(world, "Delia")
        again = await submitted_anew(world, lambda _view: None)
        assert not again["view"].get("submit")
        await arrived(world, contact)
        assert len(theirs(world, "Delia Mueller")) == 1

    async def test_says_what_is_wrong_and_keeps_what_was_typed(self, world: World) -> None:
        await form_to_add(world)
        wrong = await submit(world, entered(last_name="Mueller", email="bea at sun", phone="0901"))
        assert set(wrong.errors) == {"contact.email.block", "contact.phone.block"}
        assert "is no e-mail address" in wrong.errors["contact.email.block"]
        assert "bea at sun" in str(modal(world)["state"])

    async def test_a_number_without_its_country_is_one_of_the_customers(self, world: World) -> None:
        contact = await added(world, "Emil", phone="212 555 0123")
        assert contact.phone == "+1 212-555-0123"

    async def test_of_a_name_that_is_there_is_refused(self, world: World) -> None:
        await added(world, "Fritz")
        await form_to_add(world)
        wrong = await submit(world, entered(first_name="fritz", last_name="MUELLER"))
        assert "of this name already" in wrong.errors["contact.last_name.block"]

    async def test_of_a_name_that_only_the_crm_has_is_taken(self, world: World) -> None:
        known = await added(world, "Frieda")
        theirs_too = replace(
            known,
            id=RecordId("salesforce:contact:003F"),
            origin="salesforce",
            source_id="003F",
            author_id=None,
            name="Hugo Mueller",
            account_id=RecordId("salesforce:crm_account:001F"),
        )
        async with world.store.write() as conn:
            await upsert_records(conn, [theirs_too], at=world.clock())
        await form_to_add(world)
        wrong = await submit(world, entered(first_name="Hugo", last_name="Mueller"))
        assert not wrong.errors
        await is_saved(world)

    async def test_as_the_primary_one_is_it_alone(self, world: World) -> None:
        await form_to_add(world)
        await submit(world, entered(first_name="Gerda", last_name="Mueller", role="!primary"))
        await is_saved(world)
        contact = await here(world, "Gerda Mueller")
        assert contact.is_primary
        await arrived(world, contact)
        async with world.store.read() as conn:
            found = await contacts_of(conn, about_customer(world)[0], limit=99)
        assert [each.name for each in found if each.is_primary] == ["Gerda Mueller"]
        assert [each.is_primary for each in theirs(world, "Gerda Mueller")] == [True]

    async def test_that_netsuite_refuses_is_told(self, world: World) -> None:
        world.netsuite.permissions.limit("contact", Level.VIEW)
        contact = await added(world, "Hanna")
        assert (await arrived(world, contact)).state is DeliveryState.REJECTED
        assert "refused by NetSuite" in words(world)
        world.netsuite.permissions.restore()

    async def test_is_audited(self, world: World) -> None:
        contact = await added(world, "Ida")
        assert ("contact.added", contact.id) in [each[1:] for each in await world.audited()]


class TestEdit:
    async def test_changes_the_contact_here_and_there(self, world: World) -> None:
        contact = await added(world, "Jana", email="jana@sun.example")
        await arrived(world, contact)
        await form_to_edit(world, contact)
        assert "jana@sun.example" in words(world)
        await submit(world, entered(email="j.mueller@sun.example"))
        await arrived(world, contact)
        assert (await here(world, "Jana Mueller")).email == "j.mueller@sun.example"
        assert [each.email for each in theirs(world, "Jana Mueller")] == ["j.mueller@sun.example"]

    async def test_of_one_that_netsuite_made_leaves_the_rest_of_it_alone(self, world: World) -> None:
        customer = world.ledger.invoice_numbered("INV-12345").customer_id
        before = world.ledger.contacts_of(customer)[-1]
        contact = await here(world, before.name)
        await form_to_edit(world, contact)
        await submit(world, entered(title="Controller"))
        await arrived(world, contact)
        after = world.ledger.contacts[before.id]
        assert replace(after, title=before.title, last_modified=before.last_modified) == before
        assert after.title == "Controller"

    async def test_overwrites_nothing_that_netsuite_changed_since_it_was_read(self, world: World) -> None:
        customer = world.ledger.invoice_numbered("INV-12345").customer_id
        before = world.ledger.contacts_of(customer)[-1]
        contact = await here(world, before.name)
        newer = {"entity_id": "M. Smith (AP)", "title": "Controller of AP", "mobile_phone": "+1 212 555 0155"}
        world.ledger.edit_contact(before.id, **newer)
        await form_to_edit(world, contact)
        await submit(world, entered(phone="+1 212 555 0144"))
        await arrived(world, contact)
        after = world.ledger.contacts[before.id]
        assert (after.entity_id, after.title, after.mobile_phone) == tuple(newer.values())
        assert after.phone == "+1 212-555-0144"

    async def test_takes_along_what_did_not_arrive_before(self, world: World) -> None:
        contact = await added(world, "Ruth", email="ruth@sun.example")
        await arrived(world, contact)
        world.netsuite.permissions.limit("contact", Level.VIEW)
        await form_to_edit(world, contact)
        await submit(world, entered(email="r.mueller@sun.example"))
        assert (await arrived(world, contact)).state is DeliveryState.REJECTED
        world.netsuite.permissions.restore()
        await form_to_edit(world, await here(world, "Ruth Mueller"))
        await submit(world, entered(title="CFO"))
        assert (await arrived(world, contact)).state is DeliveryState.SENT
        assert [(each.email, each.title) for each in theirs(world, "Ruth Mueller")] == [
            ("r.mueller@sun.example", "CFO")
        ]

    async def test_without_a_change_sends_nothing(self, world: World) -> None:
        contact = await added(world, "Karl")
        await form_to_edit(world, contact)
        await submit(world, {})
        assert "Nothing was changed" in words(world)

    async def test_of_one_that_was_changed_meanwhile_is_told_and_loses_nothing(self, world: World) -> None:
        contact = await added(world, "Lena", email="lena@sun.example")
        await form_to_edit(world, contact)
        async with world.store.write() as conn:
            changed = replace(contact, phone="+1 212 555 0188", email="new@sun.example")
            await upsert_records(conn, [changed], at=world.clock())
        await submit(world, entered(email="mine@sun.example"))
        shown = words(world)
        assert "was changed while the form was open" in shown
        assert "E-mail is now «new@sun.example»" in shown
        assert "Phone is now «+1 212 555 0188»" in shown
        assert "'initial_value': 'mine@sun.example'" in shown
        assert "'initial_value': '+1 212 555 0188'" in shown
        await submit(world, entered(email="mine@sun.example", phone="+1 212 555 0188"))
        await is_saved(world)
        saved = await here(world, "Lena Mueller")
        assert (saved.email, saved.phone) == ("mine@sun.example", "+1 212 555 0188")

    async def test_of_one_that_is_gone_offers_to_add_it_anew(self, world: World) -> None:
        contact = await added(world, "Maja", email="maja@sun.example")
        await arrived(world, contact)
        await form_to_edit(world, contact)
        async with world.store.write() as conn:
            await tombstone_records(conn, "contact", [contact.id], at=world.clock())
        await submit(world, entered(title="CFO"))
        assert "was removed meanwhile" in words(world)
        assert "Add contact" in str(modal(world)["title"])

    async def test_takes_the_role_of_the_primary_one_away_in_netsuite_too(self, world: World) -> None:
        await form_to_add(world)
        await submit(world, entered(first_name="Nora", last_name="Mueller", role="!primary"))
        await is_saved(world)
        await arrived(world, await here(world, "Nora Mueller"))
        assert [each.is_primary for each in theirs(world, "Nora Mueller")] == [True]
        await form_to_edit(world, await here(world, "Nora Mueller"))
        await submit(world, entered(role="!none"))
        await arrived(world, await here(world, "Nora Mueller"))
        assert not (await here(world, "Nora Mueller")).is_primary
        [nora] = theirs(world, "Nora Mueller")
        assert not nora.is_primary
        await pulled(world, "without a role")
        assert not (await here(world, "Nora Mueller")).is_primary


class TestManyAndNone:
    async def test_shows_each_address_and_the_mobile_number(self, world: World) -> None:
        known = replace(
            await added(world, "Greta"), email="greta@sun.example;ap@sun.example", other_email="g@sun.example"
        )
        async with world.store.write() as conn:
            await upsert_records(conn, [replace(known, mobile_phone="+1 212 555 0177")], at=world.clock())
        await list_of(world)
        shown = words(world)
        assert all(f"mailto:{each}@sun.example" in str(modal(world)) for each in ("greta", "ap", "g"))
        assert "Mobile: +1 212 555 0177" in shown

    async def test_hundreds_are_read_page_by_page(self, world: World) -> None:
        customer_id, name = about_customer(world, "ABC Inc")
        names = [f"Zz {nth:03} \u05d0\u05d1 \U0001f600 <!channel>" for nth in range(100)]
        known = await here(world, "Dora Mueller")
        made = [
            replace(known, id=RecordId(f"tesorio:contact:many{nth}"), source_id=f"many{nth}", name=each, email=None)
            for nth, each in enumerate(names)
        ]
        async with world.store.write() as conn:
            await upsert_records(conn, [replace(each, customer_id=customer_id) for each in made], at=world.clock())
        card = await card_of(world, f"/tesorio customer {name}")
        await world.workspace.click(ANA, card, "contacts.open", waiting=A_LIST)
        seen = ""
        for _ in range(3):
            seen += words(world)
            await world.workspace.click(ANA, None, "contacts.next", waiting=SETTLED)
        seen += words(world)
        assert all(f"Zz {nth:03} " in seen for nth in range(100))
        await world.workspace.click(ANA, None, "contacts.previous", waiting=SETTLED)
        assert "Zz 060 " in words(world)

    async def test_of_a_customer_that_was_removed_none_is_added(self, world: World) -> None:
        customer_id, _ = about_customer(world)
        await form_to_add(world)
        async with world.store.read() as conn:
            customer = await customer_by_id(conn, customer_id)
        assert customer is not None
        async with world.store.write() as conn:
            await tombstone_records(conn, "customer", [customer_id], at=world.clock())
        try:
            await submit(world, entered(first_name="Late", last_name="Mueller"))
            assert "can no longer be sent" in words(world)
        finally:
            async with world.store.write() as conn:
                await upsert_records(conn, [customer], at=world.clock())


class TestWhoMay:
    async def test_a_viewer_may_not(self, world: World) -> None:
        await form_to_add(world)
        await give_role(world, Role.VIEWER)
        try:
            await submit(world, entered(first_name="Otto", last_name="Mueller"))
            assert "It takes the role finance" in words(world)
        finally:
            await give_role(world, Role.FINANCE)
        async with world.store.read() as conn:
            found = await contacts_of(conn, about_customer(world)[0], limit=99)
        assert not [each for each in found if each.name == "Otto Mueller"]

    async def test_a_forged_contact_of_another_customer_is_refused(self, world: World) -> None:
        contact = await added(world, "Paula")
        own = {each.id for each in world.ledger.contacts_of(world.ledger.invoice_numbered("INV-12345").customer_id)}
        other = next(each for each in world.ledger.contacts.values() if each.id not in own)
        await form_to_edit(world, contact)
        await submit(world, entered(title="x"))
        await is_saved(world)

        def forge(view: dict[str, Any]) -> None:
            memory = json.loads(view["private_metadata"])
            view["private_metadata"] = json.dumps(
                memory | {"contact": f"netsuite:contact:{other.id}", "nonce": "a" * 32}
            )

        answer = await submitted_anew(world, forge)
        assert "can no longer be sent" in str(answer)
        assert other == world.ledger.contacts[other.id]
