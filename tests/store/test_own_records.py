"""What was made here, sent to a system and came back from it: there is one record of it, and no news."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from store.contacts import Contact, contacts_of
from store.db import ReadConnection, Store
from store.deliveries import add_deliveries
from store.messages import Message, count_messages, messages_about
from store.notes import Note, count_notes, notes_about
from store.outbox import record_arrival
from store.own_records import Returned, returned
from store.pulled import compare_records, upsert_records
from store.pushes import contact_in_system, contact_push
from store.records import RecordId, record_id
from store.refs import record_of
from store.upsert import Counts
from tests.store.make import AT, CUSTOMER_ID, changes, make_contact, save
from tests.store.own import a_contact, a_message, a_note, arrive, notes_here, pushed, send


@pytest.mark.parametrize("own", [a_note(), a_message(), a_contact()], ids=lambda one: type(one).__name__)
class TestOneRecord:
    def theirs(self, own: Note | Message | Contact) -> Note | Message | Contact:
        kind = type(own).__name__.lower()
        values = {"id": record_id("netsuite", kind, "55"), "origin": "netsuite", "source_id": "55", "author_id": None}
        return replace(own, **values, source_changed_at=AT + timedelta(minutes=1))  # type: ignore[arg-type]

    async def ids(self, store: Store) -> list[RecordId]:
        async with store.read() as conn:
            found = [
                *await notes_about(conn, CUSTOMER_ID, limit=9),
                *await messages_about(conn, CUSTOMER_ID, limit=9),
                *await contacts_of(conn, CUSTOMER_ID, limit=9),
            ]
        return [one.id for one in found]

    @pytest.mark.sampled
    async def test_when_it_comes_back_after_it_was_sent(self, store: Store, own: Note | Message | Contact) -> None:
        await send(store, own)
        await arrive(store, own, "55")
        await save(store, self.theirs(own))
        await save(store, self.theirs(own))
        assert await self.ids(store) == [own.id]

    @pytest.mark.sampled
    async def test_when_it_comes_back_before_its_outcome_is_known(
        self, store: Store, own: Note | Message | Contact
    ) -> None:
        await send(store, own)
        await save(store, self.theirs(own))
        assert len(await self.ids(store)) == 2
        await arrive(store, own, "55")
        assert await self.ids(store) == [own.id]
        await save(store, self.theirs(own))
        assert await self.ids(store) == [own.id]

    @pytest.mark.sampled
    async def test_when_the_system_gives_its_key_back(self, store: Store, own: Note | Message | Contact) -> None:
        await send(store, own)
        await save(store, replace(self.theirs(own), id=own.id))
        assert await self.ids(store) == [own.id]
        await arrive(store, own, "55")
        assert await self.ids(store) == [own.id]

    @pytest.mark.sampled
    async def test_when_it_arrived_although_it_was_given_up(self, store: Store, own: Note | Message | Contact) -> None:
        await send(store, own)
        await save(store, self.theirs(own))
        async with store.write() as conn:
            await record_arrival(conn, f"{own.id}/netsuite", "55", AT)
        assert await self.ids(store) == [own.id]

    @pytest.mark.sampled
    async def test_a_dry_run_counts_no_echo_as_new(self, store: Store, own: Note | Message | Contact) -> None:
        await send(store, own)
        await arrive(store, own, "55")
        async with store.read() as conn:
            assert (await compare_records(conn, [self.theirs(own)])).inserted == 0

    async def test_a_store_that_has_it_not_takes_it_as_it_comes(
        self, store: Store, own: Note | Message | Contact
    ) -> None:
        assert await save(store, replace(self.theirs(own), id=own.id)) == Counts(inserted=1)
        assert await self.ids(store) == [own.id]


class TestNote:
    async def test_stays_as_it_was_written_here(self, store: Store) -> None:
        own = a_note(author_id="ana", permalink="https://slack.example/p1")
        await send(store, own)
        await arrive(store, own, "55")
        await save(store, a_note("netsuite", "55", text="They pay on Friday.\nSlack: https://slack.example/p1"))
        async with store.read() as conn:
            (found,) = await notes_about(conn, CUSTOMER_ID, limit=9)
            assert await count_notes(conn, CUSTOMER_ID) == 1
        assert found == own

    async def test_is_one_although_it_went_to_two_systems(self, store: Store) -> None:
        own = a_note()
        await send(store, own)
        await send(store, own, "crm")
        await arrive(store, own, "55")
        await arrive(store, own, "A1", "crm")
        await save(store, a_note("netsuite", "55"), a_note("crm", "A1"))
        assert await notes_here(store) == [own.id]

    async def test_tells_nothing_when_it_comes_back(self, store: Store) -> None:
        own = a_note()
        await send(store, own)
        await arrive(store, own, "55")
        before = len(await changes(store))
        await save(store, a_note("netsuite", "55"))
        assert len(await changes(store)) == before

    async def test_of_a_colleague_is_another_one(self, store: Store) -> None:
        own = a_note()
        await send(store, own)
        await arrive(store, own, "55")
        await save(store, a_note("netsuite", "56"))
        assert sorted(await notes_here(store)) == ["netsuite:note:56", own.id]


class TestMessage:
    async def test_pulled_while_its_outcome_is_written_is_one(self, store: Store) -> None:
        own = a_message()
        await send(store, own)
        async with store.write() as conn:
            await upsert_records(conn, [a_message("netsuite", "55")], at=AT)
            arriving = asyncio.create_task(self.arrived(store, own))
            await asyncio.sleep(0.05)
        await arriving
        await self.assert_one(store, own)

    @pytest.mark.both_databases
    async def test_that_arrives_while_a_page_is_written_is_one(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if store.is_sqlite:
            pytest.skip("SQLite has one writer at a time")
        own = a_message()
        await send(store, own)

        async def slowly(conn: ReadConnection, records: Sequence[object]) -> dict[RecordId, Returned]:
            found = await returned(conn, records)
            await self.arrived(store, own)
            return found

        monkeypatch.setattr("store.pulled.returned", slowly)
        await save(store, a_message("netsuite", "55"))
        await self.assert_one(store, own)

    async def arrived(self, store: Store, own: Message) -> None:
        async with store.write() as conn:
            await record_arrival(conn, f"{own.id}/netsuite", "55", AT)

    async def assert_one(self, store: Store, own: Message) -> None:
        async with store.read() as conn:
            assert [one.id for one in await messages_about(conn, CUSTOMER_ID, limit=9)] == [own.id]
            assert await record_of(conn, "netsuite", "message", "55") == own.id

    async def test_recorded_twice_over_there_shows_that(self, store: Store) -> None:
        own = a_message()
        await send(store, own)
        await arrive(store, own, "55")
        await save(store, a_message("netsuite", "55"), a_message("netsuite", "56"))
        async with store.read() as conn:
            assert await count_messages(conn, CUSTOMER_ID) == 2


class TestContact:
    async def test_is_the_systems_from_then_on_under_its_id_here(self, store: Store) -> None:
        own = a_contact()
        await send(store, own)
        await arrive(store, own, "55")
        theirs = make_contact("55", name="Bea Müller", email="bm@example.com", source_changed_at=AT)
        await save(store, theirs)
        async with store.read() as conn:
            (found,) = await contacts_of(conn, CUSTOMER_ID, limit=9)
            assert await contact_in_system(conn, "netsuite", own.id) == "55"
        assert found == replace(theirs, id=own.id, author_id="ana")
        assert await save(store, theirs) == Counts(unchanged=1)

    async def test_made_anew_over_there_under_our_key_is_known_by_its_new_id(self, store: Store) -> None:
        own = a_contact()
        await send(store, own)
        await arrive(store, own, "55")
        anew = replace(make_contact("99", name="Bea M."), id=own.id)
        await save(store, anew)
        async with store.read() as conn:
            (found,) = await contacts_of(conn, CUSTOMER_ID, limit=9)
            assert await contact_in_system(conn, "netsuite", own.id) == "99"
        assert (found.id, found.name, found.source_id) == (own.id, "Bea M.", "99")
        assert await save(store, anew) == Counts(unchanged=1)

    async def test_of_one_system_is_not_taken_by_the_next(self, store: Store) -> None:
        own = a_contact()
        await send(store, own)
        await arrive(store, own, "55")
        await save(store, make_contact("55", name="Bea Müller"))
        async with store.write() as conn:
            await add_deliveries(conn, [pushed(own, "crm")])
        await arrive(store, own, "C1", "crm")
        crm = replace(make_contact("C1", name="B. M."), id=record_id("crm", "contact", "C1"), origin="crm")
        await save(store, crm)
        async with store.read() as conn:
            assert [one.name for one in await contacts_of(conn, CUSTOMER_ID, limit=9)] == ["Bea Müller"]

    async def test_changed_here_before_a_system_has_it_stays_ours(self, store: Store) -> None:
        await send(store, a_contact())
        assert await save(store, a_contact(email="new@example.com")) == Counts(changed=1)

    async def test_changed_here_is_not_undone_by_an_older_version(self, store: Store) -> None:
        await save(store, make_contact("55", email="old@example.com", source_changed_at=AT))
        edited = make_contact("55", email="new@example.com", source_changed_at=AT + timedelta(minutes=5))
        await send(store, edited)
        await save(store, make_contact("55", email="old@example.com", phone="1", source_changed_at=AT))
        async with store.read() as conn:
            (found,) = await contacts_of(conn, CUSTOMER_ID, limit=9)
        assert found.email == "new@example.com"
        await arrive(store, edited, "55")
        async with store.read() as conn:
            assert [one.id for one in await contacts_of(conn, CUSTOMER_ID, limit=9)] == [edited.id]

    async def test_the_systems_version_counts_once_it_has_ours_whatever_its_clock_says(self, store: Store) -> None:
        edited = make_contact("55", email="new@example.com", source_changed_at=AT)
        await send(store, edited)
        await arrive(store, edited, "55")
        slow = AT - timedelta(minutes=3)
        await save(store, make_contact("55", email="new@example.com", phone="1", source_changed_at=slow))
        async with store.read() as conn:
            (found,) = await contacts_of(conn, CUSTOMER_ID, limit=9)
        assert found.phone == "1"

    async def test_changed_again_meanwhile_waits_for_that_change(self, store: Store) -> None:
        edited = make_contact("55", email="new@example.com", source_changed_at=AT)
        await send(store, edited)
        await save(store, replace(edited, email="newer@example.com", source_changed_at=AT + timedelta(minutes=1)))
        await arrive(store, edited, "55")
        await save(store, make_contact("55", email="new@example.com", source_changed_at=AT))
        async with store.read() as conn:
            (found,) = await contacts_of(conn, CUSTOMER_ID, limit=9)
        assert found.email == "newer@example.com"

    async def test_without_a_customer_goes_nowhere(self) -> None:
        with pytest.raises(ValueError, match="customer"):
            contact_push(id="x", target="netsuite", contact=a_contact(customer_id=None), at=AT)
