import base64
from collections.abc import AsyncIterator
from urllib.parse import unquote_plus

import pytest

from sandbox.salesforce import ApiError, hands
from sandbox.salesforce.content import created
from store.crm.accounts import account_record_id
from store.notes import Note
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.salesforce.reading import DAY, gone, later, listed

LONG = "<p>Called &amp; wrote.</p>" * 30


class TestContentNotes:
    @pytest.fixture
    async def bench(self) -> AsyncIterator[SalesforceBench]:
        async with salesforce_bench(customers=6, note_kind="content_note") as bench:
            yield bench

    def noted(self, bench: SalesforceBench, account_id: str, content: str) -> str:
        note = {"Title": "Call", "Content": base64.b64encode(content.encode()).decode()}
        made = created(bench.org, bench.org.type("ContentNote"), note | {"OwnerId": bench.org.acting_user})
        if account_id:
            link = {"ContentDocumentId": made, "LinkedEntityId": account_id, "ShareType": "V"}
            bench.org.create("ContentDocumentLink", **link, Visibility="AllUsers")
        return made

    async def test_those_on_accounts_come_besides_the_old_ones(self, bench: SalesforceBench) -> None:
        one = min(bench.ids("accounts"))
        (old,) = bench.ids("notes")
        short, long = self.noted(bench, one, "Paid &amp; done"), self.noted(bench, one, LONG)
        self.noted(bench, "", "private")
        pages = await read(bench, stream="notes")
        found = records_of(pages)
        assert set(found) == listed(pages) == {old, short, long}
        notes = [found[short], found[long]]
        assert [one.text for one in notes if isinstance(one, Note)] == [
            "Paid & done",
            "\n\n".join(["Called & wrote."] * 30),
        ]
        assert {one.account_id for one in notes if isinstance(one, Note)} == {account_record_id("salesforce", one)}

    async def test_changes_and_deletions_of_both_kinds_are_told(self, bench: SalesforceBench) -> None:
        one = min(bench.ids("accounts"))
        (old,) = bench.ids("notes")
        kept, lost = self.noted(bench, one, "kept"), self.noted(bench, one, "lost")
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(DAY)
        bench.org.edit("ContentNote", kept, Title="New")
        hands.delete(bench.org, "ContentNote", lost)
        hands.delete(bench.org, "Note", old)
        pages = await later(bench, cursor, stream="notes")
        assert (set(records_of(pages)), gone(pages)) == ({kept}, {lost, old})
        assert listed(pages) == set()

    async def test_what_was_purged_of_either_kind_is_told_by_its_log(self, bench: SalesforceBench) -> None:
        made = self.noted(bench, min(bench.ids("accounts")), "gone for good")
        (old,) = bench.ids("notes")
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(DAY)
        hands.purge(bench.org, "ContentNote", made)
        hands.purge(bench.org, "Note", old)
        assert gone(await later(bench, cursor, stream="notes")) == {made, old}

    async def test_an_older_one_that_is_put_on_an_account_comes_with_the_next_reading(
        self, bench: SalesforceBench
    ) -> None:
        made, many = self.noted(bench, "", "at first nobody's"), [self.noted(bench, "", f"{n}") for n in range(3)]
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(DAY)
        for each in (made, *many):
            link = {"ContentDocumentId": each, "LinkedEntityId": min(bench.ids("accounts")), "ShareType": "V"}
            bench.org.create("ContentDocumentLink", **link, Visibility="AllUsers")
        pages = await later(bench, cursor, stream="notes")
        assert (set(records_of(pages)), listed(pages)) == ({made, *many}, set())
        assert records_of(await later(bench, pages[-1].cursor, stream="notes")) == {}

    async def test_links_that_are_not_to_be_had_keep_nothing_else_from_being_read(self, bench: SalesforceBench) -> None:
        made = self.noted(bench, min(bench.ids("accounts")), "changed")
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(DAY)
        bench.org.edit("ContentNote", made, Title="New")
        bench.server.log.clear()
        await later(bench, cursor, stream="notes")
        asked = [each.path for each in bench.server.log if each.operation == "query"]
        [place] = [number for number, path in enumerate(asked) if "(SELECT" in unquote_plus(path)]
        bench.server.faults.error(ApiError("MALFORMED_QUERY", "not like this"), operation="query", skip=place)
        pages = await read(bench, cursor, stream="notes")
        assert set(records_of(pages)) == {made}
        assert pages[-1].covered_until == bench.now

    async def test_those_of_before_come_once_the_settings_ask_for_them(self) -> None:
        async with salesforce_bench(customers=6) as bench:
            made = self.noted(bench, min(bench.ids("accounts")), "older than the setting")
            bench.pass_time(DAY)
            cursor = (await read(bench, stream="notes"))[-1].cursor
            bench.pass_time(DAY)
            bench.rules |= {"note_kind": "content_note"}
            other = bench.sources(bench.server.credentials)
            pages = [page async for page in other.pages("notes", cursor, now=bench.now)]
            await other.close()
            assert made in listed(pages)
            assert made in records_of(pages)

    async def test_a_reading_that_the_settings_cut_short_begins_anew(self, bench: SalesforceBench) -> None:
        (old,) = bench.ids("notes")
        self.noted(bench, min(bench.ids("accounts")), "not asked for any more")
        begun = await read(bench, stream="notes")
        bench.rules |= {"note_kind": "note"}
        other = bench.sources(bench.server.credentials)
        for page in begun:
            pages = [each async for each in other.pages("notes", page.cursor, now=bench.now)]
            assert set(records_of([*begun, *pages])) >= {old}
        await other.close()

    async def test_without_a_stamp_of_the_system_those_that_people_changed_are_read(
        self, bench: SalesforceBench
    ) -> None:
        hands.hide_field(bench.org, "ContentNote", "SystemModstamp")
        one = min(bench.ids("accounts"))
        made = [self.noted(bench, one, f"{number}") for number in range(9)]
        bench.pass_time(DAY)
        pages = await read(bench, stream="notes")
        assert set(made) <= listed(pages)
        bench.pass_time(DAY)
        for each in made[:7]:
            bench.org.edit("ContentNote", each, Title="New")
        hands.delete(bench.org, "ContentNote", made[8])
        pages = await later(bench, pages[-1].cursor, stream="notes")
        assert (set(records_of(pages)), gone(pages), listed(pages)) == (set(made[:7]), {made[8]}, set())

    async def test_among_many_files_of_an_account_they_are_found(self, bench: SalesforceBench) -> None:
        one, org = max(bench.ids("accounts")), bench.org
        made = [self.noted(bench, one, "first"), *(org.create("ContentDocument", Title="Contract") for _ in range(210))]
        last = self.noted(bench, one, "last")
        for each in made[1:]:
            org.create("ContentDocumentLink", ContentDocumentId=each, LinkedEntityId=one, ShareType="V")
        found = {each.source_id for each in await bench.source.fetch("crm_account", one, since=None)}
        assert found & {*made, last} == {made[0], last}

    async def test_an_account_is_fetched_with_them(self, bench: SalesforceBench) -> None:
        one = max(bench.ids("accounts"))
        made = self.noted(bench, one, "Paid")
        found = await bench.source.fetch("crm_account", one, since=None)
        assert made in {each.source_id for each in found}
        assert [each.source_id for each in await bench.source.fetch("note", made, since=None)] == [made]
