"""What every target must do, whatever system is behind it. A target's own tests inherit this suite."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from sync.connector import ContactPush, MessagePush, NotePush, PushItem, Target
from sync.errors import NotPermittedError, RejectedError, RetryError, SourceError, UnknownOutcomeError

NOTE = NotePush(
    key="u1-note-1",
    about_kind="customer",
    about_source_id="7",
    title="Called about INV-7",
    text="They pay on Friday.\n<!channel> «ünï» 🧾 & \"quotes\" 'and' \\ =1+1",
    author="Ana Silva",
    written_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
)
CONTACT = ContactPush(
    key="u1-contact-1",
    source_id="",
    customer_source_id="7",
    name='Bea & Sons\' "Buyer" <1>',
    first_name="Bea",
    last_name="Müller",
    title="Head of «AP»",
    email="bea@example.com",
    other_email=None,
    phone="+1 212 555 0100",
    mobile_phone=None,
    role=None,
    is_primary=False,
    is_inactive=False,
)
MESSAGE = MessagePush(
    key="u1-message-1",
    about_kind="customer",
    about_source_id="7",
    customer_source_id="7",
    subject="Your invoice INV-7 & <others>",
    text="Dear Bea,\n\nplease find it attached. «ünï» 🧾",
    author="Ana Silva",
    author_email="ana@seller.example",
    recipients=("bea@example.com", "ap@example.com"),
    cc=("cfo@example.com",),
    bcc=(),
    sent_at=datetime(2026, 11, 22, 9, 31, tzinfo=UTC),
)


class TargetBench(Protocol):
    """The system behind the target, as the suite sets it up and looks at it.

    `customer_id` and `invoice_id` are the system's own ids of two of its records that belong together.
    """

    target: Target
    customer_id: str
    invoice_id: str

    def texts(self) -> list[str]:
        """The texts of all notes that were pushed to the system, oldest first."""

    def contacts(self) -> list[tuple[str, str]]:
        """Name and e-mail address of the contacts that were pushed, oldest first."""

    def messages(self) -> list[tuple[str, str]]:
        """Subject and text of the messages that were pushed, oldest first."""

    def cut_off(self, *, stored: bool) -> None:
        """The next push loses its connection, after or before it was stored."""

    def refuse(self) -> None:
        """The next push is refused for what it contains."""

    def forbid(self) -> None:
        """The next push is refused because our role may not."""

    def be_busy(self) -> None:
        """The next request is told to come later; nothing is stored."""

    def stop(self) -> AbstractAsyncContextManager[None]:
        """The system cannot be reached while the block lasts."""


def note(bench: TargetBench, *, key: str = NOTE.key, text: str = NOTE.text) -> NotePush:
    return replace(NOTE, key=key, text=text, about_source_id=bench.customer_id)


def contact(bench: TargetBench) -> ContactPush:
    return replace(CONTACT, customer_source_id=bench.customer_id)


def message(bench: TargetBench, *, key: str = MESSAGE.key) -> MessagePush:
    return replace(MESSAGE, key=key, about_source_id=bench.customer_id, customer_source_id=bench.customer_id)


def every_kind(bench: TargetBench) -> list[PushItem]:
    return [item for item in (note(bench), contact(bench), message(bench)) if item.kind in bench.target.takes]


def stored(bench: TargetBench) -> int:
    return len(bench.texts()) + len(bench.contacts()) + len(bench.messages())


class TargetContract:
    """Inherit it and give a fixture `bench`."""

    @pytest.fixture
    def bench(self) -> TargetBench | AsyncIterator[TargetBench]:
        raise NotImplementedError

    async def test_has_names_and_a_limit(self, bench: TargetBench) -> None:
        assert bench.target.name.isidentifier()
        assert bench.target.title
        assert bench.target.at_once >= 1
        assert bench.target.takes <= {"note", "contact", "message"}
        assert "note" in bench.target.takes
        assert {"customer"} <= bench.target.about <= {"customer", "invoice"}
        assert bench.target.keyless <= bench.target.takes

    async def test_a_note_arrives_as_it_was_written_and_is_found_by_its_key(self, bench: TargetBench) -> None:
        assert await bench.target.find(note(bench)) is None
        note_id = await bench.target.push(note(bench))
        assert note_id
        assert bench.texts() == [NOTE.text]
        assert await bench.target.find(note(bench)) == note_id

    async def test_a_note_may_be_about_an_invoice(self, bench: TargetBench) -> None:
        if "invoice" not in bench.target.about:
            pytest.skip("has no invoices")
        about = replace(NOTE, about_kind="invoice", about_source_id=bench.invoice_id)
        note_id = await bench.target.push(about)
        assert await bench.target.find(about) == note_id

    async def test_notes_are_told_apart_by_their_keys_alone(self, bench: TargetBench) -> None:
        one, twin = note(bench), note(bench, key="u1-note-2")
        first = await bench.target.push(one)
        assert await bench.target.find(twin) is None
        second = await bench.target.push(twin)
        assert first != second
        assert [await bench.target.find(item) for item in (one, twin)] == [first, second]

    @pytest.mark.parametrize("text", ["x", "x" * 3000, "a\n\nb\n", "   padded   "])
    async def test_any_text_of_a_note_is_taken(self, bench: TargetBench, text: str) -> None:
        await bench.target.push(note(bench, text=text))
        assert [one.strip() for one in bench.texts()] == [text.strip()]

    async def test_a_contact_is_one_however_often_it_is_pushed_and_changed(self, bench: TargetBench) -> None:
        if "contact" not in bench.target.takes:
            pytest.skip("takes no contacts")
        made = contact(bench)
        first = await bench.target.push(made)
        assert await bench.target.push(made) == first
        assert bench.contacts() == [(CONTACT.name, "bea@example.com")]
        changed = replace(made, source_id=first, key="u1-change", email="bea.mueller@example.com")
        assert await bench.target.push(changed) == first
        assert bench.contacts() == [(CONTACT.name, "bea.mueller@example.com")]

    async def test_a_message_is_recorded_and_found(self, bench: TargetBench) -> None:
        if "message" not in bench.target.takes:
            pytest.skip("takes no messages")
        item = message(bench)
        assert await bench.target.find(item) is None
        message_id = await bench.target.push(item)
        assert bench.messages() == [(MESSAGE.subject, MESSAGE.text)]
        assert await bench.target.find(item) == message_id
        about = replace(item, key="u1-message-2", about_kind="invoice", about_source_id=bench.invoice_id)
        assert await bench.target.find(about) is None
        assert await bench.target.push(about) != message_id

    @pytest.mark.parametrize("kind", ["note", "contact", "message"])
    @pytest.mark.parametrize("is_stored", [True, False])
    async def test_a_lost_answer_is_an_unknown_outcome_and_once_it_was_looked_up_there_is_one(
        self, bench: TargetBench, is_stored: object, kind: str
    ) -> None:
        item = next((item for item in every_kind(bench) if item.kind == kind), None)
        if item is None:
            pytest.skip(f"takes no {kind}")
        bench.cut_off(stored=bool(is_stored))
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(item)
        assert stored(bench) == int(bool(is_stored))
        found = await bench.target.find(item)
        assert is_stored or found is None
        if found is None:
            await bench.target.push(item)
        assert stored(bench) == 1

    async def test_a_refusal_is_for_good(self, bench: TargetBench) -> None:
        for item in every_kind(bench):
            bench.refuse()
            with pytest.raises(SourceError) as refused:
                await bench.target.push(item)
            assert isinstance(refused.value, RejectedError)
        assert stored(bench) == 0

    async def test_a_missing_permission_is_named(self, bench: TargetBench) -> None:
        for item in every_kind(bench):
            bench.forbid()
            with pytest.raises(NotPermittedError) as refused:
                await bench.target.push(item)
            assert refused.value.detail
        assert stored(bench) == 0

    async def test_a_busy_system_is_asked_again(self, bench: TargetBench) -> None:
        for item in every_kind(bench):
            bench.be_busy()
            before = stored(bench)
            with pytest.raises(RetryError):
                await bench.target.push(item)
            assert stored(bench) == before
            await bench.target.push(item)
        assert stored(bench) == len(every_kind(bench))

    async def test_nothing_was_sent_to_a_system_that_cannot_be_reached(self, bench: TargetBench) -> None:
        async with bench.stop():
            for item in every_kind(bench):
                with pytest.raises(RetryError):
                    await bench.target.push(item)
            with pytest.raises(RetryError):
                await bench.target.find(note(bench))

    async def test_many_at_once_do_not_get_in_each_others_way(self, bench: TargetBench) -> None:
        items = [note(bench, key=f"u1-{number}", text=f"note {number}") for number in range(8)]
        ids = await asyncio.gather(*(bench.target.push(item) for item in items))
        assert len(set(ids)) == len(items)
        assert [await bench.target.find(item) for item in items] == ids
