"""What NetSuite's own rules ask of a push, beyond what every target must do."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.ledger import Kind
from sandbox.ledger.communication import Direction, Message, Owner
from sandbox.netsuite.permissions import Level
from sync.connector import ContactPush
from sync.connectors.netsuite.writes import Draft, Write
from sync.errors import BusyError, NotPermittedError, RejectedError, UnknownOutcomeError
from tests.contract.target_contract import CONTACT, MESSAGE, NOTE, contact, message, note
from tests.sync.netsuite.target_bench import NetSuiteTargetBench, target_bench

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROLES = {"Accounts payable": "1", "Gone": "999"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NetSuiteTargetBench]:
    async with target_bench(tmp_path_factory.mktemp("account"), customers=6, contact_roles=ROLES) as bench:
        yield bench


@pytest.fixture
def bench(account: NetSuiteTargetBench) -> NetSuiteTargetBench:
    account.renew()
    return account


@pytest_asyncio.fixture(loop_scope="module")
async def keyless(tmp_path: Path) -> AsyncIterator[NetSuiteTargetBench]:
    """An account that takes no external id of a message: what the message says has to do."""
    async with target_bench(tmp_path, customers=6, message_keys=False) as bench:
        yield bench


class TestNote:
    async def test_has_one_owner_our_key_and_its_author_in_the_title(self, bench: NetSuiteTargetBench) -> None:
        await bench.target.push(note(bench))
        await bench.target.push(
            replace(NOTE, key="u1-note-2", about_kind="invoice", about_source_id=bench.invoice_id, title="", author="")
        )
        of_customer, of_invoice = bench.notes()
        assert of_customer.owner == Owner(kind=Kind.CUSTOMER, id=int(bench.customer_id))
        assert of_invoice.owner == Owner(kind=Kind.INVOICE, id=int(bench.invoice_id))
        assert (of_customer.title, of_invoice.title) == ("Called about INV-7 (Ana Silva)", "Note")
        assert of_customer.external_id == "tesorio-u1-note-1"
        assert (of_customer.note_date, of_customer.direction) == (NOTE.written_at, Direction.OUTGOING)

    async def test_pasted_with_what_xml_cant_hold_arrives_without_it(self, bench: NetSuiteTargetBench) -> None:
        pasted = note(bench, text="one\x0btwo\x0cthree\x00\x1b \ud83d\ufffe!")
        note_id = await bench.target.push(replace(pasted, title="Call\x07", author="An\x01a"))
        assert bench.texts() == ["one\ntwo\nthree !"]
        assert bench.notes()[0].title == "Call (Ana)"
        assert await bench.target.find(pasted) == note_id
        await bench.target.push(replace(contact(bench), name="Bea\x00", phone="\x021"))
        await bench.target.push(replace(message(bench), text="a\x03", recipients=("b\x04ea@example.com",)))
        assert (bench.contacts()[0][0], bench.messages()[0][1]) == ("Bea", "a")

    async def test_that_no_envelope_can_hold_is_refused_as_nothing_was_sent(self, bench: NetSuiteTargetBench) -> None:
        draft = Draft(record_type="Note", values={"note": "a\x00b"}, external_id="tesorio-x")
        with pytest.raises(RejectedError, match="upsert"):
            await bench.account.source._client.write(  # type: ignore[attr-defined]  # NetSuite's own
                Write(operation="upsert", draft=draft)
            )

    async def test_pushed_twice_is_one(self, bench: NetSuiteTargetBench) -> None:
        assert await bench.target.push(note(bench)) == await bench.target.push(note(bench))
        assert len(bench.notes()) == 1

    async def test_that_was_saved_before_a_script_failed_is_saved(self, bench: NetSuiteTargetBench) -> None:
        bench.server.faults.after_submit()
        note_id = await bench.target.push(note(bench))
        assert await bench.target.find(note(bench)) == note_id
        assert len(bench.notes()) == 1

    async def test_about_what_is_gone_is_refused(self, bench: NetSuiteTargetBench) -> None:
        with pytest.raises(RejectedError, match="INVALID_KEY_OR_REF"):
            await bench.target.push(replace(note(bench), about_source_id="99999999"))

    async def test_names_the_permission_that_is_missing(self, bench: NetSuiteTargetBench) -> None:
        bench.server.permissions.limit("note", Level.VIEW)
        with pytest.raises(NotPermittedError, match="permission for note"):
            await bench.target.push(note(bench))

    @pytest.mark.parametrize("status", [502, 503])
    async def test_a_proxys_error_leaves_it_in_doubt(self, bench: NetSuiteTargetBench, status: int) -> None:
        bench.server.faults.http(status)
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(note(bench))

    async def test_a_cut_answer_leaves_it_in_doubt(self, bench: NetSuiteTargetBench) -> None:
        bench.server.faults.truncate()
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(note(bench))
        assert await bench.target.find(note(bench)) is not None

    async def test_is_sent_once_however_busy(self, bench: NetSuiteTargetBench) -> None:
        bench.server.faults.blocked(times=2)
        before = len(bench.server.log)
        with pytest.raises(BusyError):
            await bench.target.push(note(bench))
        assert len(bench.server.log) == before + 1


def roles(bench: NetSuiteTargetBench) -> Mapping[int, int | None]:
    return bench.ledger.attached_contacts(Kind.CUSTOMER, int(bench.customer_id))


def without_role(bench: NetSuiteTargetBench, contact_id: str) -> ContactPush:
    return replace(contact(bench), source_id=contact_id, loses_role=True)


class TestContact:
    async def test_made_here_has_our_key_and_its_customer(self, bench: NetSuiteTargetBench) -> None:
        await bench.target.push(contact(bench))
        (made,) = bench.added(Kind.CONTACT)
        assert (made.external_id, made.customer_id) == ("tesorio-u1-contact-1", int(bench.customer_id))
        assert (made.first_name, made.last_name, made.title) == ("Bea", "Müller", "Head of «AP»")
        assert [request.operation for request in list(bench.server.log)[-1:]] == ["upsert"]

    async def test_of_the_system_keeps_its_external_id(self, bench: NetSuiteTargetBench) -> None:
        known = bench.ledger.contacts_of(int(bench.customer_id))[0]
        changed = replace(
            contact(bench), source_id=str(known.id), name="New Name", phone=None, is_primary=False, title=None
        )
        assert await bench.target.push(changed) == str(known.id)
        kept = bench.ledger.contacts[known.id]
        assert (kept.entity_id, kept.phone, kept.title) == ("New Name", "", "")
        assert kept.external_id == known.external_id
        assert bench.added(Kind.CONTACT) == []

    async def test_that_is_there_is_told_no_more_of_than_was_changed(self, bench: NetSuiteTargetBench) -> None:
        known = bench.ledger.contacts_of(int(bench.customer_id))[0]
        stale = replace(contact(bench), source_id=str(known.id), is_primary=not known.is_primary, is_inactive=True)
        await bench.target.push(replace(stale, title=None, changed=("title",)))
        kept = bench.ledger.contacts[known.id]
        assert replace(kept, title=known.title, last_modified=known.last_modified) == known
        assert kept.title == ""

    async def test_is_attached_in_its_role(self, bench: NetSuiteTargetBench) -> None:
        contact_id = await bench.target.push(replace(contact(bench), role="accounts PAYABLE"))
        assert bench.ledger.attached_contacts(Kind.CUSTOMER, int(bench.customer_id))[int(contact_id)] == 1
        await bench.target.push(replace(contact(bench), is_primary=True))
        assert bench.ledger.contacts[int(contact_id)].is_primary

    async def test_gets_another_role_in_the_place_of_the_primary_one(self, bench: NetSuiteTargetBench) -> None:
        contact_id = await bench.target.push(replace(contact(bench), is_primary=True))
        known = replace(contact(bench), source_id=contact_id, role="Accounts payable")
        await bench.target.push(known)
        assert not bench.ledger.contacts[int(contact_id)].is_primary
        assert roles(bench)[int(contact_id)] == 1

    @pytest.mark.parametrize("role", [{"is_primary": True}, {"role": "Accounts payable"}])
    async def test_that_loses_its_role_stays_with_its_customer(
        self, bench: NetSuiteTargetBench, role: dict[str, Any]
    ) -> None:
        contact_id = await bench.target.push(replace(contact(bench), **role))
        assert await bench.target.push(without_role(bench, contact_id)) == contact_id
        found = bench.ledger.contacts[int(contact_id)]
        assert (found.is_primary, found.customer_id) == (False, int(bench.customer_id))
        assert roles(bench)[int(contact_id)] is None

    @pytest.mark.parametrize("operation", ["detach", "update", "attach"])
    @pytest.mark.parametrize("is_done", [False, True])
    async def test_that_loses_its_role_does_so_though_an_answer_is_lost(
        self, bench: NetSuiteTargetBench, operation: str, *, is_done: bool
    ) -> None:
        contact_id = await bench.target.push(replace(contact(bench), is_primary=True))
        faults = bench.server.faults
        # The second update is the one after the detachment.
        (faults.lost_answer if is_done else faults.drop)(operation=operation, skip=int(operation == "update"))
        item = without_role(bench, contact_id)
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(item)
        assert await bench.target.find(item) is None
        await bench.target.push(item)
        found = bench.ledger.contacts[int(contact_id)]
        assert (found.is_primary, found.customer_id) == (False, int(bench.customer_id))
        assert roles(bench)[int(contact_id)] is None

    async def test_that_is_refused_keeps_its_role_and_its_customer(self, bench: NetSuiteTargetBench) -> None:
        contact_id = await bench.target.push(replace(contact(bench), is_primary=True))
        with pytest.raises(RejectedError, match="INVALID_EMAIL"):
            await bench.target.push(replace(without_role(bench, contact_id), email="no address"))
        found = bench.ledger.contacts[int(contact_id)]
        assert (found.is_primary, found.customer_id) == (True, int(bench.customer_id))

    async def test_with_an_unknown_role_is_refused_before_anything_is_stored(self, bench: NetSuiteTargetBench) -> None:
        with pytest.raises(RejectedError, match="contact_roles has no internal id of the role «Boss»"):
            await bench.target.push(replace(contact(bench), role="Boss"))
        assert bench.contacts() == []

    async def test_whose_role_got_lost_is_pushed_again(self, bench: NetSuiteTargetBench) -> None:
        item = replace(contact(bench), role="Accounts payable")
        bench.server.faults.drop(operation="attach")
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(item)
        assert await bench.target.find(item) is None
        contact_id = await bench.target.push(item)
        assert bench.contacts() == [(CONTACT.name, "bea@example.com")]
        assert bench.ledger.attached_contacts(Kind.CUSTOMER, int(bench.customer_id))[int(contact_id)] == 1

    async def test_that_was_saved_without_its_role_says_so(self, bench: NetSuiteTargetBench) -> None:
        with pytest.raises(RejectedError, match="saved, but not its role"):
            await bench.target.push(replace(contact(bench), role="Gone"))
        assert bench.contacts() == [(CONTACT.name, "bea@example.com")]
        bench.server.faults.refused("INSUFFICIENT_PERMISSION", "Contact Roles", operation="attach")
        with pytest.raises(NotPermittedError, match=r"saved, but not its role: .*Contact Roles"):
            await bench.target.push(replace(contact(bench), role="Accounts payable"))

    async def test_with_anothers_name_is_refused_with_the_reason(self, bench: NetSuiteTargetBench) -> None:
        await bench.target.push(contact(bench))
        with pytest.raises(RejectedError, match="already exists"):
            await bench.target.push(replace(contact(bench), key="u1-contact-2"))


class TestMessage:
    async def test_is_recorded_on_its_invoice_and_sends_nothing(self, bench: NetSuiteTargetBench) -> None:
        about = replace(message(bench), about_kind="invoice", about_source_id=bench.invoice_id)
        await bench.target.push(about)
        (made,) = recorded(bench)
        assert made.transaction == Owner(kind=Kind.INVOICE, id=int(bench.invoice_id))
        assert (made.emailed, made.incoming, made.message_date) == (False, False, MESSAGE.sent_at)
        assert (made.author.email, made.recipient.email) == ("ana@seller.example", "bea@example.com")
        assert made.recipient.entity_id == int(bench.customer_id)
        assert (made.cc, made.bcc) == (("ap@example.com", "cfo@example.com"), ())

    async def test_without_a_subject_is_recorded_and_found(self, bench: NetSuiteTargetBench) -> None:
        item = replace(message(bench), subject=" ")
        message_id = await bench.target.push(item)
        assert await bench.target.find(item) == message_id

    async def test_that_a_look_up_is_busy_with_is_not_taken_for_absent(self, bench: NetSuiteTargetBench) -> None:
        bench.server.faults.blocked()
        with pytest.raises(BusyError):
            await bench.target.find(message(bench))

    async def test_is_found_by_what_it_says_where_no_key_is_kept(self, keyless: NetSuiteTargetBench) -> None:
        item = message(keyless)
        keyless.server.faults.lost_answer()
        with pytest.raises(UnknownOutcomeError):
            await keyless.target.push(item)
        (made,) = recorded(keyless)
        assert made.external_id == ""
        assert await keyless.target.find(item) == str(made.id)
        keyless.ledger.edit(Kind.MESSAGE, made.id, text="<p>Dear Bea,</p><br>please find it attached. «ünï» 🧾")
        assert await keyless.target.find(item) == str(made.id)
        others = (
            replace(item, text="Other words"),
            replace(item, subject="Other subject"),
            replace(item, recipients=("else@example.com",)),
            replace(item, about_kind="invoice", about_source_id=keyless.invoice_id),
            replace(item, customer_source_id="99"),
            replace(item, others=(str(made.id),)),
            replace(item, sent_at=item.sent_at + timedelta(minutes=4)),
        )
        assert [await keyless.target.find(other) for other in others] == [None] * 7

    async def test_is_found_by_when_it_was_tried_where_the_account_puts_that_instant(
        self, keyless: NetSuiteTargetBench
    ) -> None:
        item = replace(message(keyless), tried_at=MESSAGE.sent_at + timedelta(days=31))
        message_id = await keyless.target.push(item)
        assert item.tried_at is not None
        keyless.ledger.edit(Kind.MESSAGE, int(message_id), message_date=item.tried_at + timedelta(minutes=10))
        assert await keyless.target.find(item) == message_id
        assert await keyless.target.find(replace(item, tried_at=MESSAGE.sent_at + timedelta(days=30))) is None

    @pytest.mark.parametrize("code", ["EXCEEDED_MAX_TIME", "SSS_TIME_LIMIT_EXCEEDED"])
    async def test_that_took_too_long_over_there_is_in_doubt(self, bench: NetSuiteTargetBench, code: str) -> None:
        bench.server.faults.refused(code, "took too long", operation="add")
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(message(bench))

    async def test_whose_first_attempt_was_stored_late_is_that_one(self, bench: NetSuiteTargetBench) -> None:
        first = await bench.target.push(message(bench))
        assert await bench.target.push(message(bench)) == first
        # The account has put words of its own before the subject.
        bench.ledger.edit(Kind.MESSAGE, int(first), subject=f"[AR] {MESSAGE.subject}")
        assert await bench.target.push(message(bench)) == first
        assert len(recorded(bench)) == 1


def recorded(bench: NetSuiteTargetBench) -> list[Message]:
    return bench.added(Kind.MESSAGE)
