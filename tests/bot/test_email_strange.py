"""E-mails whose record, files or rules changed while they were written, and what is strange about people and files."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.commands.email import check
from sandbox.ledger.letters import attach_file
from sandbox.smtp import MailStandIn, Stage
from store.attachments import Attachment, attachments_of
from store.contacts import Contact, contacts_of
from store.customers import customer_by_id
from store.deliveries import DeliveryState, delivery_by_id
from store.invoices import InvoiceStatus
from store.pulled import upsert_records
from store.records import record_id
from store.sending import Refused
from store.work import WorkState
from tests.bot.mailing import (
    TO,
    bury,
    change,
    change_invoice,
    form_on,
    mail_world,
    newest,
    previewed,
    sent,
    subjects,
    usd,
)
from tests.bot.outbox_bench import until
from tests.bot.replying import about_customer, about_invoice, card_of, submit, submitted_anew, words
from tests.bot.world import World, elements, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")
FEW = 9_000_000
LETTER = b"From: a@b.example\r\nSubject: Earlier\r\n\r\nWords\r\n"
FILES = {
    "earlier.eml": LETTER,
    "half\u202efdp.pdf": b"%PDF",
    "too much.pdf": b"%PDF",
    "no end": b"x",
    "nothing.pdf": b"",
}
SIZES = {"earlier.eml": FEW, "half": FEW, "too much.pdf": 30_000_000}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mail() -> AsyncIterator[MailStandIn]:
    async with MailStandIn() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory, mail: MailStandIn) -> AsyncIterator[World]:
    """INV-12345 has files of every kind; large ones only in what is known of them."""
    async with mail_world(tmp_path_factory.mktemp("world"), mail, netsuite={"invoice_files": True}) as world:
        for name, content in FILES.items():
            attach_file(world.ledger, world.ledger.invoice_numbered("INV-12345").id, name=name, content=content)
        world.pass_time(120)
        await world.assistant.pull("netsuite", "files")
        assert await ended(world.assistant, "files") is WorkState.DONE
        for name, size in SIZES.items():
            await change(world, await file_named(world, name), size_bytes=size)
        yield world


async def file_named(world: World, part: str) -> Attachment:
    async with world.store.read() as conn:
        found = await attachments_of(conn, about_invoice(world), limit=99)
    [file] = [each for each in found if part in each.name]
    return file


async def file_id(world: World, part: str) -> str:
    file = await file_named(world, part)
    return f"{file.origin}|{file.file_id}"


class TestStale:
    async def test_paid_since_the_form_was_opened_is_said_in_the_preview(self, world: World) -> None:
        await form_on(world)
        await change_invoice(world, open_balance=usd(100))
        try:
            await submit(world, {"email.to": [], "email.others": TO, "email.attach": []})
            assert "Since you opened this, what is open has changed to $1.00: check the text." in words(world)
        finally:
            await change_invoice(world, open_balance=usd(17_250_00))

    async def test_paid_since_the_preview_is_looked_at_once_more(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Paid meanwhile", attach=[])
        await change_invoice(world, open_balance=usd(0), status=InvoiceStatus.PAID)
        try:
            await submit(world, {})
            assert "Nothing was sent. This has changed since you looked at it: please look again." in words(world)
            assert "what is open has changed to nothing" in words(world)
        finally:
            await change_invoice(world, open_balance=usd(17_250_00), status=InvoiceStatus.OPEN)
        assert "Paid meanwhile" not in subjects(mail)

    async def test_paid_while_the_mail_server_was_away_is_not_asked_for(self, world: World, mail: MailStandIn) -> None:
        mail.faults.refuse(Stage.MAIL, "451 4.3.0 Come again")
        await previewed(world, subject="Paid while it waited", attach=[])
        delivery_id = await sent(world)
        await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        await change_invoice(world, open_balance=usd(100))
        try:
            world.pass_time(60)
            assert (await world.delivered(delivery_id)).state is DeliveryState.REJECTED
            assert "What is open has changed since it was written: $17,250.00 then, $1.00 now." in words(world)
        finally:
            await change_invoice(world, open_balance=usd(17_250_00))
        assert "Paid while it waited" not in subjects(mail)

    async def test_file_that_went_since_the_preview_is_not_left_out_in_silence(
        self, world: World, mail: MailStandIn
    ) -> None:
        gone = await file_named(world, "earlier.eml")
        await previewed(world, subject="File went", attach=[await file_id(world, "earlier.eml")])
        assert "earlier.eml" in words(world)
        await bury(world, "attachment", gone.id)
        try:
            await submit(world, {})
            assert "Nothing was sent. This has changed since you looked at it" in words(world)
            assert "earlier.eml" not in words(world)
        finally:
            await change(world, gone)
        assert "File went" not in subjects(mail)

    async def test_invoice_that_was_removed_is_written_about_no_more(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Removed", attach=[])
        await bury(world, "invoice", about_invoice(world))
        try:
            await submit(world, {})
            assert "This window is out of date" in words(world)
        finally:
            await change_invoice(world)
        assert "Removed" not in subjects(mail)


class TestFiles:
    async def test_those_that_cannot_go_say_why(self, world: World) -> None:
        await form_on(world)
        shown = words(world)
        assert "too much.pdf: it has 30 MB, and at most 15 MB go with an e-mail" in shown
        assert "no end" in shown
        assert "has no extension" in shown

    async def test_too_much_together_is_said_before_it_is_sent(self, world: World) -> None:
        chosen = [await file_id(world, name) for name in ("half", "earlier.eml")]
        await form_on(world)
        wrong = await submit(world, {"email.to": [], "email.others": TO, "email.attach": chosen})
        assert wrong.errors["email.attach.block"].startswith("Together these files have 18 MB")

    async def test_an_e_mail_among_them_arrives_as_it_was(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="A letter", attach=[await file_id(world, "earlier.eml")])
        assert (await world.delivered(await sent(world))).state is DeliveryState.SENT
        assert newest(mail).attachments == {"earlier.eml": LETTER}

    async def test_an_empty_one_is_not_sent(self, world: World) -> None:
        await previewed(world, subject="Empty", attach=[await file_id(world, "nothing.pdf")])
        assert (await world.delivered(await sent(world))).state is DeliveryState.REJECTED
        assert "Not sent. The file nothing.pdf could not be read: NetSuite sent no content of file" in words(world)

    async def test_name_cannot_turn_round(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="Turned", attach=[await file_id(world, "half")])
        assert (await world.delivered(await sent(world))).state is DeliveryState.SENT
        assert list(newest(mail).attachments) == ["halffdp.pdf"]


class TestPeople:
    async def test_nobody_known_asks_for_an_address(self, world: World) -> None:
        customer_id, name = about_customer(world, "ABC Inc")
        async with world.store.read() as conn:
            customer = await customer_by_id(conn, customer_id)
            theirs = await contacts_of(conn, customer_id, limit=99)
        assert theirs
        await change(world, customer, email=None)
        await bury(world, "contact", *[each.id for each in theirs])
        async with world.store.read() as conn:
            assert await contacts_of(conn, customer_id, limit=99) == ()
        await form_on(world, f"/tesorio customer {name}")
        assert "No address of this customer is known." in words(world)
        wrong = await submit(world, {"email.others": " , "})
        assert wrong.errors == {"email.others.block": "Choose somebody, or type an address."}

    async def test_addresses_are_taken_as_mail_programs_write_them(self, world: World) -> None:
        typed = f'Pat Jones <{TO}>; "Reyes, Kim" <kim@sun.example>, boss@sun.example ann@sun.example'
        await previewed(world, others=typed, subject="Pasted", attach=[])
        assert f"{TO}, kim@sun.example, boss@sun.example, ann@sun.example" in words(world)

    async def test_of_hundreds_for_one_invoice_only_so_many_are_chosen_as_may_be(self, world: World) -> None:
        those = [
            Contact(
                id=record_id("netsuite", "contact", f"many-{nth}"),
                origin="netsuite",
                source_id=f"many-{nth}",
                seen_at=world.clock(),
                name=f"Many {nth:03} \U0001f600 \u05d0\u05d1\u05d2 " + "x" * 80,
                email=f"many{nth}@sun.example",
                customer_id=about_customer(world)[0],
                invoice_id=about_invoice(world),
            )
            for nth in range(300)
        ]
        async with world.store.write() as conn:
            await upsert_records(conn, those, at=world.clock())
        try:
            await form_on(world)
            assert "many19@sun.example" in words(world)
            await submit(world, {"email.attach": []})
            assert "This is what will be sent" in words(world)
        finally:
            await bury(world, "contact", *[each.id for each in those])


class TestWords:
    async def test_every_line_is_in_the_preview_and_in_the_letter(self, world: World, mail: MailStandIn) -> None:
        lines = [f"line {nth} &<!channel> \u05d0" for nth in range(140)]
        await previewed(world, subject="All of it \U0001f600 \u05d0\u05d1", text="\n".join(lines)[:2990], attach=[])
        assert "line 118 " in words(world)
        assert "…+" not in words(world)
        await world.delivered(await sent(world))
        assert newest(mail).text.startswith("line 0 &<!channel> \u05d0\n")
        assert newest(mail).subject == "All of it \U0001f600 \u05d0\u05d1"


class TestSend:
    async def test_server_that_is_down_is_waited_for(self, world: World, mail: MailStandIn) -> None:
        await mail.stop()
        await previewed(world, subject="Down", attach=[])
        delivery_id = await sent(world)
        waiting = await until(world, delivery_id, lambda each: each.attempts == 1 and not each.in_doubt)
        assert waiting.reason == "the mail server could not be reached: Connection refused"
        await mail.start()
        world.pass_time(60)
        assert (await world.delivered(delivery_id)).state is DeliveryState.SENT
        assert [each.subject for each in mail.box.mails].count("Down") == 1

    async def test_pressed_twice_at_once_is_sent_once(self, world: World, mail: MailStandIn) -> None:
        await previewed(world, subject="At once", attach=[])
        delivery_id = await sent(world)
        for _ in range(3):
            await submitted_anew(world, lambda _view: None)
        await world.delivered(delivery_id)
        await world.catch_up()
        assert subjects(mail).count("At once") == 1

    async def test_in_test_mode_nobody_else_is_in_the_envelope(
        self, world: World, mail: MailStandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(world.assistant.deps.rules.mail.__dict__, "redirect_to", "test@meridian.example")
        await previewed(world, cc="boss@sun.example", subject="Test mode", attach=[])
        assert "Test mode: it goes to test@meridian.example only" in words(world)
        assert (await world.delivered(await sent(world))).state is DeliveryState.SENT
        letter = newest(mail, "test@meridian.example")
        assert letter.recipients == ("test@meridian.example",)
        headers = tuple(letter.message[name] for name in ("Cc", "Bcc", "X-Tesorio-Meant-For"))
        assert headers == (None, None, f"{TO}, boss@sun.example")

    @pytest.mark.parametrize(
        ("rule", "value", "changes", "is_refused"),
        [
            ("allowed_domains", ("sun.example",), {}, False),
            ("allowed_domains", ("sun.example",), {"cc": "spy@evil.example"}, True),
            ("allowed_domains", ("sun.example",), {"recipients": f"{TO} spy@evil.example"}, True),
            ("redirect_to", "test@meridian.example", {}, True),
            ("redirect_to", "test@meridian.example", {"recipients": "test@meridian.example"}, False),
            ("redirect_to", "test@meridian.example", {"recipients": "test@meridian.example", "cc": TO}, True),
        ],
    )
    async def test_rules_are_looked_at_when_it_leaves(
        self,
        world: World,
        monkeypatch: pytest.MonkeyPatch,
        rule: str,
        value: object,
        changes: dict[str, str],
        *,
        is_refused: bool,
    ) -> None:
        await previewed(world, subject="Under other rules", attach=[])
        delivery_id = await sent(world)
        async with world.store.read() as conn:
            delivery = await delivery_by_id(conn, delivery_id)
        assert delivery is not None
        known = dict(delivery.payload) | {"recipients": TO, "cc": ""}
        monkeypatch.setitem(world.assistant.deps.rules.mail.__dict__, rule, value)
        found = await check(world.assistant.deps, replace(delivery, payload=known | changes))
        assert isinstance(found, Refused) == is_refused


class TestButton:
    async def test_is_on_both_cards(self, world: World) -> None:
        for line in ("/tesorio invoice INV-12345", f"/tesorio customer {about_customer(world)[1]}"):
            assert elements(await card_of(world, line), "email.open")
