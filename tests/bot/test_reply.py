"""«Reply to Tesorio»: notes, promises and disputes, once each, from the form to the system that they are sent to."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, GENERAL
from store.deliveries import DeliveryState
from store.disputes import DisputeReason, open_disputes_about
from store.outbox import forget_payloads
from store.promises import promises_about
from store.records import RecordId
from store.users import Role
from tests.bot.outbox_bench import keeper, until
from tests.bot.replying import (
    A_FORM,
    FILLED,
    a_message,
    about_customer,
    about_invoice,
    card_of,
    chosen,
    form_on,
    give_role,
    kind,
    modal,
    note_texts,
    saved,
    submit,
    submitted_anew,
    words,
)
from tests.bot.world import World, open_world
from tests.contract.fake_target import FakeTarget, NoteKeeper

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["keeper"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory, keeper: NoteKeeper) -> AsyncIterator[World]:
    target = FakeTarget(keeper.url, name="netsuite", title="NetSuite")
    async with open_world(tmp_path_factory.mktemp("world"), targets=(target,)) as world:
        yield world


class TestNote:
    async def test_is_saved_delivered_and_shown_everywhere(self, world: World, keeper: NoteKeeper) -> None:
        card = await form_on(world)
        assert "Invoice INV-12345" in words(world)
        await submit(world, {"reply.text": "Call on Monday"})
        note = await saved(world)
        assert (note.text, note.author, note.origin) == ("Call on Monday", "ana@meridian.example", "tesorio")
        assert note.permalink
        assert note.permalink.endswith(card.ts.replace(".", ""))
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        assert keeper.texts()[-1] == f"Call on Monday\nSlack: {note.permalink}"
        await world.delivered(f"{note.id}/line/netsuite/sent/1/1")
        assert "Saved · in NetSuite" in words(world)
        [line] = [each for each in world.workspace.messages(AR_TEAM) if each.thread_ts == card.ts]
        assert line.text == "📝 ana@meridian.example recorded a note in Tesorio · Saved · in NetSuite"
        assert "Call on Monday" in world.shown(await card_of(world, "/tesorio invoice INV-12345"))
        assert "Call on Monday" in world.shown(await card_of(world, f"/tesorio customer {about_customer(world)[1]}"))
        assert ("reply.submit", f"1:invoice:{about_invoice(world)}") in [each[1:] for each in await world.audited()]

    async def test_is_on_its_way_until_the_system_has_it(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        keeper.troubles.append("busy")
        await submit(world, {"reply.text": "Slowly"})
        assert "Saved · on its way to NetSuite" in words(world)
        note = await saved(world)
        await until(world, f"{note.id}/netsuite", lambda each: each.attempts == 1 and not each.in_doubt)
        world.pass_time(120)
        await world.delivered(f"{note.id}/netsuite")
        assert "Saved · in NetSuite" in words(world)

    async def test_moves_on_although_its_line_is_not_known_any_more(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        keeper.troubles.append("busy")
        await submit(world, {"reply.text": "Very slowly"})
        note = await saved(world)
        await world.delivered(f"{note.id}/line")
        await until(world, f"{note.id}/netsuite", lambda each: each.attempts == 1 and not each.in_doubt)
        async with world.store.write() as conn:
            await forget_payloads(conn, before=world.clock() + timedelta(days=1), limit=999)
        world.pass_time(120)
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        assert "Saved · in NetSuite" in words(world)

    async def test_goes_only_where_it_was_meant_to_go(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "Between us", "reply.targets": []})
        await saved(world)
        assert "'text': 'Saved'" in words(world)
        assert not any("Between us" in text for text in keeper.texts())

    async def test_submitted_twice_is_one(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "Only once"})
        note = await saved(world)
        again = await submitted_anew(world, lambda _view: None)
        assert again["response_action"] == "update"
        await world.delivered(f"{note.id}/netsuite")
        await world.catch_up()
        assert [text for text in keeper.texts() if text.startswith("Only once")] == [keeper.texts()[-1]]
        assert (await note_texts(world)).count("Only once") == 1

    async def test_empty_or_overlong_text_stays_in_the_form(self, world: World) -> None:
        await form_on(world)
        empty = await submit(world, {"reply.text": "   "})
        assert empty.errors == {"reply.text.block": "Write something first."}
        await submit(world, {"reply.text": "x"})
        answer = await submitted_anew(
            world, lambda view: view["state"]["values"]["reply.text.block"]["reply.text"].update(value="x" * 3001)
        )
        assert answer == {
            "response_action": "errors",
            "errors": {"reply.text.block": "This has 3,001 characters; 3,000 is the most that can be kept."},
        }

    async def test_any_text_is_kept_as_it_was_written(self, world: World) -> None:
        for text in ("<!channel> *b* `c` &lt;", "a\x00b\ud800c", "שלום \u202e", "x" * 3000, "one\ntwo"):
            await form_on(world)
            await submit(world, {"reply.text": text, "reply.targets": []})
            note = await saved(world)
            assert note.text == text.replace("\x00", "").replace("\ud800", "?")
        assert not world.log.errors()

    async def test_without_the_app_in_the_channel_its_author_is_told_alone(self, world: World) -> None:
        await world.workspace.shortcut(ANA, "reply_to_tesorio", await a_message(world, "Quietly", GENERAL), A_FORM)
        await submit(world, await chosen(world, "INV-12345"))
        note = await saved(world)
        assert (await world.delivered(f"{note.id}/line")).state is DeliveryState.REJECTED
        await world.delivered(f"{note.id}/netsuite")
        await world.delivered(f"{note.id}/told")
        told = world.workspace.messages(ANA_APP_DM)[-1]
        assert told.text.startswith("📝 You recorded a note in Tesorio · Invoice INV-12345 · Saved")

    async def test_a_refused_one_says_so(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        keeper.troubles.append("reject")
        await submit(world, {"reply.text": "Not wanted"})
        note = await saved(world)
        await world.delivered(f"{note.id}/netsuite")
        assert "Saved · refused by NetSuite" in words(world)


class TestForm:
    async def test_names_a_guessed_record_once_more(self, world: World) -> None:
        await form_on(world, "/tesorio invoice inv123")
        assert "Closest match for «inv123»" in words(world)
        assert "Is this the right one? Invoice " in words(world)
        await form_on(world)
        assert "Is this the right one?" not in words(world)

    async def test_keeps_what_was_typed_when_another_kind_is_chosen(self, world: World) -> None:
        await form_on(world)
        world.workspace.enter(ANA, {"reply.text": "They said Friday"})
        await kind(world, "promise")
        assert "They said Friday" in words(world)
        assert "Will be paid by" in words(world)
        assert "Leave it empty for all that is open: $17,250.00 on INV-12345." in words(world)
        await kind(world, "dispute")
        assert "They said Friday" in words(world)
        assert "Goods not received" in words(world)

    async def test_offers_other_records_while_typing(self, world: World) -> None:
        await form_on(world)
        offered = await world.workspace.suggestions(ANA, None, "pick.record", "abc")
        assert [each["text"]["text"] for each in offered["options"]][:1] == ["Customer ABC Inc"]
        assert not (await world.workspace.suggestions(ANA, None, "pick.record", "%"))["options"]

    async def test_goes_to_the_record_that_was_chosen(self, world: World) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "For the customer", **await chosen(world, "ABC Inc")})
        note = await saved(world)
        assert note.about_id == about_customer(world, "ABC Inc")[0]

    async def test_is_refused_to_a_viewer_at_the_click(self, world: World) -> None:
        card = await card_of(world, "/tesorio invoice INV-12345", user=BEN)
        await world.workspace.click(BEN, card, "reply.open", waiting=FILLED)
        assert "Your role here does not allow this" in words(world, BEN)
        assert "INV-12345" not in words(world, BEN)

    async def test_is_refused_when_the_role_was_taken_meanwhile_and_keeps_the_text(self, world: World) -> None:
        await form_on(world)
        await give_role(world, Role.VIEWER)
        try:
            outcome = await submit(world, {"reply.text": "Too late"})
        finally:
            await give_role(world, Role.FINANCE)
        assert "Your role here does not allow this" in outcome.errors["reply.text.block"]
        assert "Too late" not in await note_texts(world)
        assert "reply.submit.denied" in [each[1] for each in await world.audited()]

    @pytest.mark.parametrize(
        "forged",
        ["", "{}", '{"v":0,"for":"reply"}', '{"v":1,"for":"reply","nonce":"x"}', "x" * 3000, '{"v":1,"for":"s"}'],
    )
    async def test_from_before_an_update_comes_again_with_its_text(self, world: World, forged: str) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "Kept through it", "reply.targets": []})
        answer = await submitted_anew(world, lambda view: view.update(private_metadata=forged))
        assert answer["response_action"] == "update"
        fresh = str(answer["view"])
        assert "Kept through it" in fresh
        assert "from before an update" in fresh
        assert "Invoice INV-12345" in fresh
        assert "reply.submit.outdated" in [each[1] for each in await world.audited()]

    @pytest.mark.parametrize(
        "value", ["1:invoice:netsuite:invoice:999999", "1:invoice:other:invoice:1", "2:x", "', --"]
    )
    async def test_a_forged_record_is_not_written_about(self, world: World, value: str) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "y", "reply.targets": []})
        answer = await submitted_anew(
            world,
            lambda view: view["state"]["values"]["pick.record.block"]["pick.record"]["selected_option"].update(
                value=value
            ),
        )
        assert list(answer["errors"]) == ["pick.record.block"]


class TestMessage:
    async def test_is_quoted_with_its_author_and_kept_as_evidence(self, world: World) -> None:
        said = await a_message(world, "We pay <Friday> & more, @ana")
        await world.workspace.shortcut(ANA, "reply_to_tesorio", said, A_FORM)
        assert "> Ben Okafor: We pay <Friday> & more, @Ana Silva\\n" in words(world)
        nobody = await submit(world, {})
        assert nobody.errors["pick.record.block"]
        await submit(world, await chosen(world, "INV-12345"))
        note = await saved(world)
        assert note.text == "> Ben Okafor: We pay <Friday> & more, @Ana Silva"
        assert note.permalink
        await world.delivered(f"{note.id}/line")
        assert world.workspace.messages(AR_TEAM)[-1].thread_ts == said.ts

    async def test_that_is_a_card_chooses_its_record(self, world: World) -> None:
        card = await card_of(world, "/tesorio customer ABC Inc")
        await world.workspace.shortcut(ANA, "reply_to_tesorio", card, A_FORM)
        assert "Customer ABC Inc" in words(world)
        assert "initial_value" not in words(world)

    async def test_is_refused_to_a_viewer(self, world: World) -> None:
        said = await a_message(world, "Hello")
        await world.workspace.shortcut(BEN, "reply_to_tesorio", said, FILLED)
        assert "Your role here does not allow this" in words(world, BEN)


class TestPromise:
    async def test_is_recorded_with_its_note_and_shown_on_the_card(self, world: World, keeper: NoteKeeper) -> None:
        await form_on(world)
        await kind(world, "promise")
        friday = (world.assistant.deps.today() + timedelta(days=4)).isoformat()
        await submit(world, {"reply.promised": "5,000", "reply.promised_on": friday, "reply.text": "By phone"})
        note = await saved(world)
        async with world.store.read() as conn:
            [promise] = await promises_about(conn, about_invoice(world), limit=9)
        assert (promise.amount.minor, promise.owed.minor) == (500_000, 1_725_000)
        assert (promise.promised_on.isoformat(), promise.slack_user, promise.note_id) == (friday, ANA, note.id)
        await world.delivered(f"{note.id}/netsuite")
        assert keeper.texts()[-1].startswith("Promise to pay $5,000.00 by ")
        assert "Promised $5,000.00 by " in world.shown(await card_of(world, "/tesorio invoice INV-12345"))
        customer = await card_of(world, f"/tesorio customer {about_customer(world)[1]}")
        assert "INV-12345 · Promised $5,000.00 by " in world.shown(customer)

    @pytest.mark.parametrize(
        ("amount", "day", "errors"),
        [
            ("abc", 1, {"reply.promised": "«abc» is no amount. Write it like 1234.50."}),
            ("EUR 5", 1, {"reply.promised": "«EUR 5» is not in USD."}),
            ("99999999", 1, {"reply.promised": "That is more than is open: $17,250.00."}),
            ("", -1, {"reply.promised_on": "That day is over. Choose today or a later one."}),
            (
                "0",
                -1,
                {
                    "reply.promised": "The amount must be more than zero.",
                    "reply.promised_on": "That day is over. Choose today or a later one.",
                },
            ),
        ],
    )
    async def test_says_what_is_wrong_and_keeps_the_rest(
        self, world: World, amount: str, day: int, errors: dict[str, str]
    ) -> None:
        await form_on(world)
        await kind(world, "promise")
        on = (world.assistant.deps.today() + timedelta(days=day)).isoformat()
        outcome = await submit(world, {"reply.promised": amount, "reply.promised_on": on})
        assert outcome.errors == {f"{name}.block": text for name, text in errors.items()}


class TestDispute:
    async def test_is_recorded_for_the_open_balance_and_shown(self, world: World) -> None:
        await form_on(world)
        await kind(world, "dispute")
        await submit(world, {"reply.reason": "not_received"})
        note = await saved(world)
        async with world.store.read() as conn:
            [dispute] = await open_disputes_about(conn, about_invoice(world), limit=9)
        assert (dispute.reason, dispute.amount.minor) == (DisputeReason.NOT_RECEIVED, 1_725_000)
        assert dispute.note_id == note.id
        shown = world.shown(await card_of(world, "/tesorio invoice INV-12345"))
        assert "⚠️ Disputed: goods not received, $17,250.00" in shown
        assert "· disputed" in shown

    async def test_is_about_an_invoice(self, world: World) -> None:
        await form_on(world, "/tesorio customer ABC Inc")
        await kind(world, "dispute")
        outcome = await submit(world, {"reply.reason": "quality"})
        assert "reply.invoice.block" in outcome.errors

    async def test_begun_with_a_customer_offers_its_open_invoices(self, world: World) -> None:
        await form_on(world, "/tesorio customer ABC Inc")
        await kind(world, "dispute")
        assert "A dispute is about one invoice: choose it." in words(world)
        assert "Leave it empty for the whole amount." in words(world)
        [block] = [each for each in modal(world)["blocks"] if each["block_id"] == "reply.invoice.block"]
        options = block["element"]["options"]
        assert "Invoice INV-123" in [each["text"]["text"] for each in options]
        await submit(world, {"reply.reason": "quality", "pick.record": options[0]})
        about = RecordId(options[0]["value"].removeprefix("1:invoice:"))
        note = await saved(world)
        async with world.store.read() as conn:
            assert [each.note_id for each in await open_disputes_about(conn, about, limit=9)] == [note.id]

    async def test_given_up_is_about_the_customer_again(self, world: World) -> None:
        await form_on(world, "/tesorio customer ABC Inc")
        await kind(world, "dispute")
        await kind(world, "promise")
        assert "Customer ABC Inc" in words(world)
        assert "Leave it empty for all that is open: $" in words(world)
