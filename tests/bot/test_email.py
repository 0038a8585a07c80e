"""«E-mail» on a card: written, seen, sent once, recorded here and in NetSuite; and what a mail server may answer."""

import copy
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.emailing.email_preview import send
from bot.slack.view_request import view_request
from sandbox.ledger import Kind
from sandbox.ledger.letters import attach_file
from sandbox.slack.seed import ANA, ANA_APP_DM, BEN, TEAM_ID
from sandbox.smtp import MailStandIn, Stage
from store.deliveries import DeliveryState
from store.drafts import draft_by_id, keep_draft
from store.messages import Message
from store.outbox import move_delivery
from store.pulled import upsert_records
from store.records import record_id
from store.users import Role
from store.work import WorkState
from tests.bot.mailing import A_PREVIEW, TO, form_on, mail_world, mailed, newest, previewed, recorded, sent, subjects
from tests.bot.outbox_bench import again, told, until
from tests.bot.replying import (
    FILLED,
    about_customer,
    about_invoice,
    card_of,
    give_role,
    last_submission,
    modal,
    submit,
    submitted_anew,
    words,
)
from tests.bot.world import SETTLED, World, ended
from tests.mail.trust import trust

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailStandIn]:
    """All of this goes over TLS."""
    async with MailStandIn(tls="starttls") as running:
        with pytest.MonkeyPatch.context() as environment:
            trust(running, tmp_path_factory.mktemp("mail"), environment)
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory, server: MailStandIn) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("world")
    netsuite = {"invoice_files": True, "retry_attempts": 2, "retry_wait_seconds": 0.05}
    async with mail_world(folder, server, netsuite=netsuite) as world:
        yield world


@pytest.fixture
def mail(server: MailStandIn) -> MailStandIn:
    server.faults.clear()
    return server


async def _subject_changed(world: World, subject: str) -> None:
    """The draft of the last submission with another subject."""
    nonce = json.loads(last_submission(world)["view"]["private_metadata"])["nonce"]
    async with world.store.write() as conn:
        draft = await draft_by_id(conn, nonce, team_id=TEAM_ID, slack_user_id=ANA, at=world.clock())
        assert draft is not None
        assert await keep_draft(conn, replace(draft, fields={**draft.fields, "subject": subject}), at=world.clock())


async def _not_written_yet(*_arguments: object) -> None:
    """Its durable work has not come to it."""


class TestSending:
    async def test_goes_from_the_card_to_the_recipient_and_into_netsuite(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, cc="boss@sun.example", subject="About INV-12345", text="Dear Pat,\nplease pay.")
        shown = words(world)
        assert "This is what will be sent" in shown
        assert "Dear Pat,\\nplease pay." in shown
        assert not mail.box.to(TO)
        delivery = await world.delivered(await sent(world))
        assert delivery.state is DeliveryState.SENT
        letter = newest(mail)
        assert letter.recipients == (TO, "boss@sun.example")
        assert (letter.subject, letter.text) == ("About INV-12345", "Dear Pat,\nplease pay.\n")
        assert letter.message["From"] == "Accounts Receivable <ar@meridian.example>"
        assert letter.message["Reply-To"] == "ana@meridian.example"
        assert letter.message["Cc"] == "boss@sun.example"
        assert letter.message["Message-ID"] == delivery.external_id
        [message] = [each for each in await recorded(world) if each.subject == "About INV-12345"]
        assert (message.recipients, message.cc, message.was_emailed) == (TO, "boss@sun.example", True)
        await world.delivered(f"{message.id}/netsuite")
        assert "Sent · in NetSuite" in words(world)
        [theirs] = [each for each in world.ledger.records(Kind.MESSAGE).values() if each.subject == "About INV-12345"]
        assert "please pay." in theirs.text

    async def test_says_what_is_open_and_since_when(self, world: World) -> None:
        await form_on(world)
        shown = words(world)
        assert "Open balance: $17,250.00" in shown
        assert "past due" in shown
        assert "ana@meridian.example" in shown

    async def test_of_a_customer_lists_what_is_past_due(self, world: World) -> None:
        await form_on(world, f"/tesorio customer {about_customer(world)[1]}")
        shown = words(world)
        assert "- INV-12345 · due" in shown
        assert "Past due in all: " in shown

    async def test_offers_the_contacts_of_the_customer(self, world: World) -> None:
        await form_on(world)
        customer = world.ledger.invoice_numbered("INV-12345").customer_id
        shown = words(world)
        for contact in world.ledger.contacts_of(customer):
            assert not contact.email or contact.email in shown

    async def test_pressed_twice_is_sent_once(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Only once")
        delivery_id = await sent(world)
        await submitted_anew(world, lambda _view: None)
        await world.delivered(delivery_id)
        await world.catch_up()
        assert [each.subject for each in mail.box.mails].count("Only once") == 1

    async def test_sent_again_with_a_change_says_what_was_sent(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="As it was")
        await world.delivered(await sent(world))
        # The answer to «Send» got lost: the preview stayed, and its writer went back and changed the subject.
        await _subject_changed(world, "As it should be")
        answer = await submitted_anew(world, lambda _view: None)
        assert "This is what you sent before" in str(answer)
        assert "As it was" in str(answer)
        assert [each for each in subjects(mail) if each.startswith("As it ")] == ["As it was"]

    @pytest.mark.parametrize("is_given_up", [True, False])
    async def test_sent_again_with_a_change_after_it_was_refused_never_says_that_it_was_sent(
        self, world: World, mail: MailStandIn, *, is_given_up: bool
    ) -> None:
        mail.faults.refuse(Stage.RCPT, "550 5.1.1 No such user here")
        delivery = await mailed(world, subject="Refused at first")
        assert delivery.state is DeliveryState.REJECTED
        if is_given_up:
            async with world.store.write() as conn:
                assert await move_delivery(conn, delivery, replace(delivery, state=DeliveryState.DROPPED))
        await _subject_changed(world, "Refused, and changed")
        answer = str(await submitted_anew(world, lambda _view: None))
        assert ("Not sent: it was given up." in answer) is is_given_up
        assert "Your changes since were not sent either" in answer
        assert "This is what you sent before" not in answer

    async def test_sent_again_while_it_is_on_its_way_does_not_show_the_change_as_sent(
        self, world: World, mail: MailStandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await previewed(world, subject="First words")
        delivery_id = await sent(world)
        await world.delivered(delivery_id)
        await _subject_changed(world, "Second words")
        with monkeypatch.context() as early:
            early.setattr("bot.emailing.email_sent.delivery_by_id", _not_written_yet)
            answer = str(await submitted_anew(world, lambda _view: None))
        assert "You sent this off before, as it was then" in answer
        assert "Second words" not in answer
        assert "Second words" not in subjects(mail)

    @pytest.mark.parametrize("is_sent", [True, False])
    async def test_without_a_mail_server_says_whether_it_was_sent(
        self, world: World, mail: MailStandIn, *, is_sent: bool
    ) -> None:
        await previewed(world, subject=f"Server taken away {is_sent}")
        memory = modal(world)["private_metadata"]
        if is_sent:
            await world.delivered(await sent(world))
        pressed = copy.deepcopy(last_submission(world))
        pressed["view"]["private_metadata"] = memory
        answer = str(await send(replace(world.assistant.deps, mail=None), view_request(pressed), "Words"))
        assert ("nothing was sent" in answer) is not is_sent
        assert ("'Sent" in answer) is is_sent
        assert subjects(mail).count(f"Server taken away {is_sent}") == int(is_sent)

    async def test_of_a_window_that_is_out_of_date_does_not_say_that_nothing_ever_was(
        self, world: World, mail: MailStandIn
    ) -> None:
        await mailed(world, subject="Sent long ago")

        def age(view: dict[str, Any]) -> None:
            view["private_metadata"] = "old"

        answer = str(await submitted_anew(world, age))
        assert "nothing was sent from it now" in answer
        assert "what was sent before is in «Notes & e-mails»" in answer
        assert subjects(mail).count("Sent long ago") == 1

    async def test_back_keeps_what_was_typed(self, world: World) -> None:
        await previewed(world, subject="Kept", text="Every word")
        await world.workspace.click(ANA, None, "email.back", waiting=SETTLED)
        shown = words(world)
        assert "'initial_value': 'Kept'" in shown
        assert "'initial_value': 'Every word'" in shown
        assert f"'initial_value': '{TO}'" in shown

    async def test_wrong_addresses_and_missing_words_are_said_where_they_are(self, world: World) -> None:
        await form_on(world)
        wrong = await submit(
            world, {"email.others": "a b@c.example, d@", "email.cc": "nobody", "email.text": " ", "email.subject": " "}
        )
        assert set(wrong.errors) == {f"email.{name}.block" for name in ("others", "cc", "text", "subject")}
        assert wrong.errors["email.cc.block"] == "«nobody» is no e-mail address."

    async def test_a_line_break_makes_no_header(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Hello")
        await world.workspace.click(ANA, None, "email.back", waiting=SETTLED)
        await submit(world, {})
        await submitted_anew(world, lambda _view: None)
        await mailed(world, subject="One\r\nBcc: spy@evil.example")
        letter = newest(mail)
        assert letter.subject == "One Bcc: spy@evil.example"
        assert letter.message["Bcc"] is None
        assert letter.recipients == (TO,)


class TestFiles:
    async def test_of_the_invoice_go_with_it(self, world: World, mail: MailStandIn) -> None:
        invoice = world.ledger.invoice_numbered("INV-12345")
        content = b"%PDF-1.4 of INV-12345"
        attach_file(world.ledger, invoice.id, name="INV-12345 signed.pdf", content=content)
        attach_file(world.ledger, invoice.id, name="without an end", content=b"x")
        world.pass_time(120)
        await world.assistant.pull("netsuite", "files")
        assert await ended(world.assistant, "files") is WorkState.DONE
        await form_on(world)
        assert "INV-12345 signed.pdf" in words(world)
        assert "the name «without an end» has no extension" in words(world)
        await world.workspace.submit(ANA, {"email.to": [], "email.others": TO, "email.subject": "Files"}, A_PREVIEW)
        assert "INV-12345 signed.pdf" in words(world)
        assert (await world.delivered(await sent(world))).state is DeliveryState.SENT
        assert newest(mail).attachments["INV-12345 signed.pdf"] == content
        [message] = [each for each in await recorded(world) if each.subject == "Files"]
        assert "INV-12345 signed.pdf" in message.attachments

    async def test_of_a_system_that_is_down_are_waited_for(self, world: World, mail: MailStandIn) -> None:
        world.netsuite.faults.lost_answer(operation="get", times=2)
        await previewed(world, subject="Slow files")
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        world.pass_time(60)
        assert (await world.delivered(delivery_id)).state is DeliveryState.SENT
        assert newest(mail).attachments


class TestTrouble:
    async def test_refused_for_good_is_told_in_the_servers_words(self, world: World, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.RCPT, "550 5.1.1 No such user here")
        before = len(mail.box.mails)
        delivery = await mailed(world, subject="Refused")
        assert delivery.state is DeliveryState.REJECTED
        assert "Not sent. The mail server refused it: 550 5.1.1 No such user here" in words(world)
        post = await told(world, delivery.id, "outbox.resend")
        assert f"({TO})" in world.shown(post)
        assert len(mail.box.mails) == before
        assert not [each for each in await recorded(world) if each.subject == "Refused"]

    async def test_one_refused_of_two_goes_to_nobody(self, world: World, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.RCPT, address="gone@sun.example")
        delivery = await mailed(world, others=f"{TO}, gone@sun.example", subject="All or nobody")
        assert delivery.state is DeliveryState.REJECTED
        assert "All or nobody" not in [each.subject for each in mail.box.mails]

    @pytest.mark.sampled(keep=2)
    @pytest.mark.parametrize("stage", [Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA])
    async def test_of_a_moment_is_tried_again(self, world: World, mail: MailStandIn, stage: Stage) -> None:
        # The client tries every way of logging in that the server knows.
        mail.faults.refuse(stage, "451 4.3.0 Come again", times=2 if stage is Stage.AUTH else 1)
        await previewed(world, subject=f"Later at {stage}")
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        assert "On its way" in words(world)
        world.pass_time(60)
        assert (await world.delivered(delivery_id)).state is DeliveryState.SENT
        assert [each.subject for each in mail.box.mails].count(f"Later at {stage}") == 1

    @pytest.mark.parametrize("is_taken", [True, False])
    async def test_lost_after_the_text_asks_and_never_sends_by_itself(
        self, world: World, mail: MailStandIn, *, is_taken: bool
    ) -> None:
        mail.faults.lose_connection(Stage.DATA, is_taken=is_taken)
        subject = f"In doubt {is_taken}"
        await previewed(world, subject=subject)
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.state is DeliveryState.UNKNOWN)
        asked = await told(world, delivery_id, "outbox.arrived")
        assert f"whether it took the e-mail «{subject}»" in world.shown(asked)
        world.pass_time(3600)
        await world.catch_up()
        assert [each.subject for each in mail.box.mails].count(subject) == int(is_taken)
        await world.workspace.click(ANA, asked, "outbox.arrived" if is_taken else "outbox.resend", waiting=SETTLED)
        assert (await again(world, delivery_id)).state is DeliveryState.SENT
        assert [each.subject for each in mail.box.mails].count(subject) == 1
        [message] = [each for each in await recorded(world) if each.subject == subject]
        await world.delivered(f"{message.id}/netsuite")

    async def test_lost_before_the_text_is_tried_again(self, world: World, mail: MailStandIn) -> None:
        mail.faults.lose_connection(Stage.RCPT)
        await previewed(world, subject="Lost early")
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        world.pass_time(60)
        assert (await world.delivered(delivery_id)).state is DeliveryState.SENT
        assert [each.subject for each in mail.box.mails].count("Lost early") == 1


class TestWhoMay:
    async def test_a_viewer_may_not(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Not any more")
        await give_role(world, Role.VIEWER)
        try:
            await submit(world, {})
            assert "It takes the role finance" in words(world)
            card = await card_of(world, "/tesorio invoice INV-12345")
            await world.workspace.click(ANA, card, "email.open", waiting=SETTLED)
            assert "It takes the role finance" in words(world)
        finally:
            await give_role(world, Role.FINANCE)
        assert "Not any more" not in [each.subject for each in mail.box.mails]

    async def test_who_was_cut_off_after_pressing_sends_nothing(self, world: World, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.MAIL, "451 4.3.0 Come again")
        await previewed(world, subject="Cut off")
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        await give_role(world, Role.VIEWER)
        try:
            world.pass_time(60)
            assert (await world.delivered(delivery_id)).state is DeliveryState.REJECTED
        finally:
            await give_role(world, Role.FINANCE)
        assert "Cut off" not in [each.subject for each in mail.box.mails]

    async def test_nothing_of_the_login_is_in_any_log_or_answer(self, world: World, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.AUTH, "535 5.7.8 Authentication failed", times=2)
        await previewed(world, subject="Locked out")
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        world.pass_time(60)
        await world.delivered(delivery_id)
        secret = mail.url.partition("@")[0].rpartition(":")[2]
        assert secret in mail.url
        assert "does not take our login" in world.log.text()
        assert secret not in world.log.text()
        assert secret not in repr(world.settings) + repr(world.assistant.deps.mail)
        assert all(secret not in each.text for each in world.workspace.messages(ANA_APP_DM))


class TestList:
    async def test_shows_e_mails_among_the_notes_of_invoice_and_customer(self, world: World) -> None:
        # The tests before went ahead of the clock, and the newest comes first.
        world.pass_time(3600)
        delivery = await mailed(world, subject="To be read", text="Line one\nLine two")
        await world.delivered(f"{delivery.note_id}/netsuite")
        for line in ("/tesorio invoice INV-12345", f"/tesorio customer {about_customer(world)[1]}"):
            await world.workspace.click(ANA, await card_of(world, line), "notes.open", waiting=FILLED)
            shown = words(world)
            assert f"E-mail by ana@meridian.example to {TO}" in shown
            assert "To be read" in shown
            assert "Line one\\nLine two" in shown
            assert "in NetSuite" in shown

    async def test_tells_incoming_ones_apart_and_masks_addresses_for_viewers(self, world: World) -> None:
        letter = Message(
            id=record_id("netsuite", "message", "m1"),
            origin="netsuite",
            source_id="m1",
            seen_at=world.clock(),
            about_id=about_invoice(world),
            subject="Our answer",
            text="We pay on Friday",
            sent_at=world.clock() + timedelta(days=1),
            is_incoming=True,
            author_email="pat@sun.example",
            recipients="ar@meridian.example",
        )
        async with world.store.write() as conn:
            await upsert_records(conn, [letter], at=world.clock())
        card = await card_of(world, "/tesorio invoice INV-12345", BEN)
        await world.workspace.click(BEN, card, "notes.open", waiting=FILLED)
        shown = words(world, BEN)
        assert "E-mail from p…@sun.example" in shown
        assert "We pay on Friday" in shown
        assert TO not in shown
