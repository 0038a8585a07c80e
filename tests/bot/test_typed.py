"""What is typed in our own conversation or behind a mention, and what is answered, or deliberately not."""

import logging

import pytest

from bot.app import subcommands
from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, DEACTIVATED, GUEST, NORTHWIND_SHARED, STRANGER
from tests.bot.world import CHANNEL, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOT = "U0TESORIO1"


async def written(world: World, text: str, *, user: str = ANA, thread_ts: str | None = None) -> Outcome:
    """What comes of a line in the app's own conversation."""
    home = world.workspace.app_channel(user).id
    return await world.workspace.post(user, home, text, thread_ts=thread_ts)


async def mentioned(world: World, text: str, *, user: str = ANA, thread_ts: str | None = None) -> Outcome:
    return await world.workspace.post(user, CHANNEL, text, thread_ts=thread_ts)


def warnings(world: World) -> list[str]:
    return [record.getMessage() for record in world.log.records if record.levelno >= logging.WARNING]


def only(outcome: Outcome) -> Message:
    [message] = outcome.messages
    return message


class TestDirectMessage:
    @pytest.mark.parametrize(
        "text",
        [
            "invoice INV-12345",
            "Invoice: inv-12345",
            "INVOICE   “INV-12345”",
            "invoice `INV-12345`",
            " /tesorio invoice INV-12345",
            "tesorio invoice INV-12345",
        ],
    )
    async def test_an_invoice_is_answered_where_it_was_asked(self, world: World, text: str) -> None:
        outcome = await written(world, text)
        answer = only(outcome)
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(answer)
        assert (answer.channel, answer.ephemeral_to, answer.thread_ts) == (
            world.workspace.app_channel(ANA).id,
            None,
            None,
        )
        assert not warnings(world)

    async def test_a_customer_too(self, world: World) -> None:
        assert "ABC Inc owes" in world.shown(await written(world, "customer abc inc"))

    async def test_a_question_in_a_thread_is_answered_there(self, world: World) -> None:
        card = only(await written(world, "customer ABC Inc"))
        answer = only(await written(world, "invoice INV-12345", thread_ts=card.ts))
        assert answer.thread_ts == card.ts

    async def test_so_is_a_button_of_a_card_in_a_thread(self, world: World) -> None:
        card = only(await written(world, "customer ABC Inc"))
        invoice = only(await written(world, "invoice INV-12345", thread_ts=card.ts))
        opened = only(await world.workspace.click(ANA, invoice, "lookup.open"))
        assert "Sun Microsystems, Inc. owes" in world.shown(opened)
        assert opened.thread_ts == card.ts

    async def test_a_miss_is_an_ordinary_message_there(self, world: World) -> None:
        answer = only(await written(world, "invoice INV-99999"))
        assert "No invoice matches «INV-99999»" in world.shown(answer)
        assert answer.ephemeral_to is None

    async def test_help_says_what_can_be_asked(self, world: World) -> None:
        assert "customer ABC Inc" in world.shown(await written(world, "help"))
        assert "customer ABC Inc" in world.shown(await written(world, "/tesorio".rjust(9)))

    async def test_what_was_shown_is_on_record(self, world: World) -> None:
        await written(world, "INV-12345")
        await world.catch_up()
        assert [(action, subject) for _, action, subject in (await world.audited())[-2:]] == [
            ("lookup.text", "INV-12345"),
            ("card.shown", f"netsuite:invoice:{world.ledger.invoice_numbered('INV-12345').id}"),
        ]


class TestEveryWord:
    """Whatever can follow `/tesorio` can be typed as a message, where Slack gives no way to open a form."""

    @pytest.mark.parametrize("word", [each.word for each in subcommands()])
    async def test_is_answered_in_the_conversation(self, world: World, word: str) -> None:
        outcome = await written(world, word)
        assert outcome.messages
        assert {message.channel for message in outcome.messages} == {world.workspace.app_channel(ANA).id}
        assert not warnings(world)

    @pytest.mark.parametrize("word", [each.word for each in subcommands()])
    async def test_and_behind_a_mention(self, world: World, word: str) -> None:
        outcome = await mentioned(world, f"@tesorio {word}")
        assert outcome.messages
        assert all(message.thread_ts or message.ephemeral_to == ANA for message in outcome.messages)
        assert not warnings(world)


class TestBareText:
    async def test_a_number_is_an_invoice(self, world: World) -> None:
        shown = world.shown(await written(world, "INV-12345"))
        assert "Found an invoice." in shown
        assert "Sun Microsystems, Inc. owes $17,250.00" in shown

    async def test_a_name_is_a_customer(self, world: World) -> None:
        shown = world.shown(await written(world, "sun micro"))
        assert "Found a customer." in shown
        assert "Closest match for «sun micro»" in shown
        assert "Sun Microsystems, Inc. owes $" in shown

    async def test_what_is_both_is_shown_as_the_surer_and_offers_the_other(self, world: World) -> None:
        world.ledger.add_invoice(world.ledger.customer_named("ABC Inc").id, total_minor=100_00, number="ABC-771")
        await world.workspace.click(ANA, await world.card("/tesorio customer ABC Inc"), "refresh.record")
        card = only(await written(world, "abc"))
        assert "Found a customer. An invoice matches too: ABC-771 (ABC Inc · $100.00 · Open" in world.shown(card)
        [button] = [each for each in elements(card, "lookup.open") if each["text"]["text"] == "Open card"]
        opened = await world.workspace.click(ANA, card, "lookup.open", value=button["value"])
        assert "ABC Inc owes $100.00" in world.shown(opened)
        assert "ABC-771" in world.shown(opened)

    async def test_what_is_neither_says_so(self, world: World) -> None:
        answer = only(await written(world, "thanks a lot!"))
        assert "No invoice or customer matches «thanks a lot!»" in world.shown(answer)
        assert "Type help for what you can ask." in world.shown(answer)

    async def test_a_pasted_page_is_refused(self, world: World) -> None:
        assert "too long to be a name or number" in world.shown(await written(world, "sun " * 200))


class TestMention:
    async def test_is_answered_under_it_for_the_channel(self, world: World) -> None:
        answer = only(await mentioned(world, "@tesorio invoice INV-12345"))
        [asked] = [each for each in world.workspace.messages(CHANNEL) if each.ts == answer.thread_ts]
        assert asked.text == f"<@{BOT}> invoice INV-12345"
        assert answer.ephemeral_to is None
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(answer)
        assert not warnings(world)

    async def test_in_a_thread_it_is_answered_there(self, world: World) -> None:
        card = await world.card("/tesorio customer ABC Inc")
        answer = only(await mentioned(world, "hey @tesorio: INV-12345?", thread_ts=card.ts))
        assert answer.thread_ts == card.ts
        assert "17,250" in world.shown(answer)

    async def test_the_words_may_come_first(self, world: World) -> None:
        assert "17,250" in world.shown(await mentioned(world, "invoice INV-12345 @tesorio"))

    async def test_alone_it_brings_help_for_the_person(self, world: World) -> None:
        answer = only(await mentioned(world, "@tesorio"))
        assert answer.ephemeral_to == ANA
        assert "You can ask" in world.shown(answer)

    async def test_a_miss_is_for_the_person_and_begins_no_thread(self, world: World) -> None:
        answer = only(await mentioned(world, "@tesorio invoice INV-99999"))
        assert (answer.ephemeral_to, answer.thread_ts) == (ANA, None)


class TestUnlinked:
    @pytest.mark.parametrize("user", [GUEST, DEACTIVATED])
    @pytest.mark.parametrize("text", ["invoice INV-12345", "sun micro", "customer sun micro"])
    async def test_get_the_way_to_an_account_and_no_data(self, world: World, user: str, text: str) -> None:
        answer = only(await written(world, text, user=user))
        assert "not linked to an account" in world.shown(answer)
        assert "17,250" not in str(answer)
        actions = {action for actor, action, _ in await world.audited() if user in actor}
        assert actions
        assert all(action.endswith(".denied") for action in actions)

    async def test_in_a_channel_only_they_read_it(self, world: World) -> None:
        world.workspace.core.state.add_to(world.workspace.channel(CHANNEL), GUEST)
        answer = only(await mentioned(world, "@tesorio sun micro", user=GUEST))
        assert answer.ephemeral_to == GUEST
        assert "not linked to an account" in world.shown(answer)

    async def test_in_a_shared_channel_people_of_another_company_get_nothing(self, world: World) -> None:
        answer = only(await world.workspace.post(STRANGER, NORTHWIND_SHARED, "@tesorio invoice INV-12345"))
        assert answer.ephemeral_to == STRANGER
        assert "17,250" not in str(answer)
        actions = [action for actor, action, _ in await world.audited() if STRANGER in actor]
        assert actions == ["lookup.invoice.denied"]


class TestSharedChannel:
    async def test_only_the_person_reads_the_answer(self, world: World) -> None:
        answer = only(await world.workspace.post(ANA, NORTHWIND_SHARED, "@tesorio invoice INV-12345"))
        assert answer.ephemeral_to == ANA
        assert "17,250" in world.shown(answer)
        assert "Only you can see this: people of another company read this channel." in world.shown(answer)


class TestAddress:
    """The address of a record, copied from the browser."""

    async def address(self, world: World, number: str = "INV-12345") -> str:
        host = "https://1234567-sb1.app.netsuite.com"
        return f"{host}/app/accounting/transactions/custinvc.nl?id={world.ledger.invoice_numbered(number).id}&whence="

    async def test_is_answered_by_its_card(self, world: World) -> None:
        answer = only(await written(world, await self.address(world)))
        assert "Sun Microsystems, Inc. owes $17,250.00" in world.shown(answer)
        assert "Found" not in world.shown(answer)

    @pytest.mark.parametrize("words", ["what about {}, please?", "({})", "please look at {}!"])
    async def test_is_found_among_other_words(self, world: World, words: str) -> None:
        assert "17,250" in world.shown(await written(world, words.format(await self.address(world))))

    async def test_among_so_many_that_none_is_previewed_it_is_answered(self, world: World) -> None:
        others = "https://1234567-sb1.app.netsuite.com/a https://1234567-sb1.app.netsuite.com/b"
        answer = only(await mentioned(world, f"@tesorio {await self.address(world)} {others}"))
        assert answer.thread_ts
        assert "17,250" in world.shown(answer)

    @pytest.mark.parametrize("word", ["invoice", "customer"])
    async def test_works_behind_a_subcommand_too(self, world: World, word: str) -> None:
        assert "17,250" in world.shown(await world.card(f"/tesorio {word} {await self.address(world)}"))

    async def test_of_somebody_elses_account_finds_nothing(self, world: World) -> None:
        foreign = (await self.address(world)).replace("1234567", "7654321")
        assert "No invoice or customer matches" in world.shown(await written(world, foreign))

    async def test_behind_a_mention_is_shown_once_as_the_preview(self, world: World) -> None:
        outcome = await mentioned(world, f"@tesorio {await self.address(world)}")
        await world.workspace.core.background.idle()
        await world.catch_up()
        [asked] = outcome.messages
        assert asked.user == ANA
        assert asked.attachments
        assert world.workspace.messages(CHANNEL, ANA)[-1].ts == asked.ts

    async def test_that_was_shown_just_now_is_answered_all_the_same(self, world: World) -> None:
        address = await self.address(world)
        await world.workspace.post(ANA, CHANNEL, address, Waiting(until=lambda _: True))
        await world.workspace.core.background.idle()
        await world.catch_up()
        answer = only(await mentioned(world, f"@tesorio {address}"))
        assert answer.thread_ts
        assert "17,250" in world.shown(answer)


class TestSilence:
    """Nobody waits for an answer, or it would begin a conversation between programs."""

    async def test_another_bot_that_quotes_a_command_gets_no_answer(self, world: World) -> None:
        home, seen = world.workspace.app_channel(ANA).id, len(world.workspace.messages(CHANNEL))
        quoted = {
            "type": "message",
            "channel": home,
            "channel_type": "im",
            "user": "U0OTHERBOT",
            "bot_id": "B0OTHER",
            "text": "invoice INV-12345",
            "ts": "1.2",
        }
        world.workspace.send_event(quoted)
        mention = quoted | {"type": "app_mention", "channel": world.workspace.channel(CHANNEL).id}
        world.workspace.send_event(mention)
        before = len(world.workspace.messages(home))
        await world.workspace.post(ANA, home, "help")
        await world.catch_up()
        # The question and its answer, and nothing else.
        assert len(world.workspace.messages(home)) == before + 2
        assert len(world.workspace.messages(CHANNEL)) == seen

    async def test_our_own_posts_are_not_read_as_questions(self, world: World) -> None:
        home = world.workspace.app_channel(ANA).id
        await written(world, "invoice INV-12345")
        before = len(world.workspace.messages(home))
        await world.workspace.post(ANA, home, "help")
        await world.catch_up()
        assert len(world.workspace.messages(home)) == before + 2

    async def test_a_redelivered_event_has_one_answer(self, world: World) -> None:
        home = world.workspace.app_channel(ANA).id
        await written(world, "invoice INV-12345")
        events = [each for each in world.workspace.hub.deliveries if each.type == "events_api"]
        event = next(each for each in reversed(events) if each.payload["event"].get("user") == ANA)
        before = len(world.workspace.messages(home))
        for attempt in range(1, 4):
            again = await world.workspace.hub.deliver("events_api", event.payload, retry_attempt=attempt)
            assert again.ack is not None
        await world.catch_up()
        assert len(world.workspace.messages(home)) == before
