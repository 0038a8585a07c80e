from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from sync.connector import NotePush
from sync.connectors.salesforce.note_texts import BODY_CHARACTERS, TITLE_CHARACTERS, body_of, title_of
from sync.errors import NotPermittedError, RetryError, UnknownOutcomeError
from tests.contract.target_contract import NOTE
from tests.sync.salesforce.target_bench import SalesforceTargetBench, target_bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["note", "content_note"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[SalesforceTargetBench]:
    async with target_bench(customers=6, note_kind=request.param) as bench:
        yield bench


@pytest.fixture
def renewed(bench: SalesforceTargetBench) -> SalesforceTargetBench:
    bench.renew()
    return bench


def about(bench: SalesforceTargetBench) -> NotePush:
    return replace(NOTE, about_source_id=bench.customer_id)


class TestTitle:
    async def test_says_what_and_who_and_ends_with_a_mark_of_its_own(self) -> None:
        first, second = title_of(NOTE), title_of(replace(NOTE, key="u1-note-2"))
        assert first.startswith("Called about INV-7 · Ana Silva · tesorio-")
        assert first != second
        assert first == title_of(replace(NOTE, text="another text"))

    @pytest.mark.parametrize("title", ["x" * 500, "🧾" * 200, "a\nb\x00\ud800", ""])
    async def test_fits_whatever_it_is_made_of(self, title: str) -> None:
        made = title_of(replace(NOTE, title=title, author=""))
        assert len(made.encode("utf-16-le")) // 2 <= TITLE_CHARACTERS
        assert "\n" not in made
        assert "tesorio-" in made


class TestBody:
    @pytest.mark.parametrize("text", ["x" * 40_000, "🧾" * 16_001, "x" + "🧾" * 16_000])
    async def test_is_cut_where_salesforce_would_refuse_it(self, text: str) -> None:
        made = body_of(replace(NOTE, text=text))
        assert made.endswith("…")
        assert BODY_CHARACTERS - 2 <= len(made.encode("utf-16-le")) // 2 <= BODY_CHARACTERS

    @pytest.mark.parametrize("text", ["x" * BODY_CHARACTERS, "🧾" * 16_000])
    async def test_that_fits_stays_whole(self, text: str) -> None:
        assert body_of(replace(NOTE, text=text)) == text


class TestFind:
    async def test_a_note_whose_customer_became_another_account_is_not_pushed_twice(
        self, renewed: SalesforceTargetBench
    ) -> None:
        pushed = await renewed.target.push(about(renewed))
        other = max(row["Id"] for row in renewed.org.living("Account"))
        moved = replace(NOTE, about_source_id=other)
        found = await renewed.target.find(moved) or await renewed.target.push(moved)
        assert (found, [row["Id"] for row in renewed.notes()]) == (pushed, [pushed])

    async def test_a_note_whose_title_changed_between_two_attempts_is_not_pushed_twice(
        self, renewed: SalesforceTargetBench
    ) -> None:
        pushed = await renewed.target.push(about(renewed))
        renumbered = replace(about(renewed), title="Called about INV-7-B", author="Ana S.")
        assert title_of(renumbered) != title_of(about(renewed))
        assert await renewed.target.find(renumbered) == pushed

    async def test_another_note_of_the_same_title_is_not_taken_for_it(self, renewed: SalesforceTargetBench) -> None:
        await renewed.target.push(about(renewed))
        assert await renewed.target.find(replace(about(renewed), key="u1-note-2")) is None

    async def test_an_enhanced_note_of_a_moved_customer_stays_on_one_account(self) -> None:
        async with target_bench(customers=6, note_kind="content_note") as bench:
            pushed = await bench.target.push(about(bench))
            other = max(row["Id"] for row in bench.org.living("Account"))
            assert await bench.target.push(replace(NOTE, about_source_id=other)) == pushed
            assert bench.org.holding("ContentDocumentLink", "LinkedEntityId", other) == []


class TestPush:
    async def test_a_row_that_is_locked_stored_nothing_and_is_tried_again(self, renewed: SalesforceTargetBench) -> None:
        renewed.faults.lock_every(1)
        with pytest.raises(RetryError):
            await renewed.target.push(about(renewed))
        renewed.faults.lock_every(0)
        await renewed.target.push(about(renewed))
        assert renewed.texts() == [NOTE.text]

    async def test_what_an_error_page_answers_is_in_doubt(self, renewed: SalesforceTargetBench) -> None:
        renewed.faults.html(200, operation="create")
        with pytest.raises(UnknownOutcomeError):
            await renewed.target.push(about(renewed))

    async def test_a_session_that_ends_on_the_way_is_begun_anew(self, renewed: SalesforceTargetBench) -> None:
        renewed.faults.expired_session(operation="create")
        assert await renewed.target.push(about(renewed)) == await renewed.target.find(about(renewed))

    async def test_an_account_that_our_user_may_not_write_to(self, renewed: SalesforceTargetBench) -> None:
        renewed.forbid()
        with pytest.raises(NotPermittedError):
            await renewed.target.push(about(renewed))


class TestContentNote:
    async def test_that_never_got_its_account_is_put_there_and_not_made_twice(self) -> None:
        async with target_bench(customers=6, note_kind="content_note") as bench:
            bench.faults.drop(operation="create", skip=1)
            with pytest.raises(UnknownOutcomeError):
                await bench.target.push(about(bench))
            assert await bench.target.find(about(bench)) is None
            note_id = await bench.target.push(about(bench))
            assert [row["Id"] for row in bench.notes()] == [note_id]
            links = bench.org.holding("ContentDocumentLink", "LinkedEntityId", bench.customer_id)
            assert [link["ContentDocumentId"] for link in links] == [note_id]
