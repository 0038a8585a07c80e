from collections.abc import Awaitable, Callable

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackStandIn, Waiting, acknowledged
from sandbox.slack.acting import TROUBLE
from sandbox.slack.modal_forms import MISSING
from sandbox.slack.outcome import Watch
from sandbox.slack.records import Json
from sandbox.slack.seed import ANA, AR_TEAM, BEN
from tests.sandbox.slack.running import NO_ANSWER, Clock, bolt_app, connected, web_client
from tests.sandbox.slack.test_web_api import refusal

ACKED = Waiting(until=acknowledged)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def note_view(callback_id: str = "note.submit", **more: object) -> Json:
    note = {"type": "plain_text_input", "action_id": "text", "min_length": 3, "max_length": 9}
    where = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("Note"),
        "submit": plain("Save"),
        "blocks": [
            {"type": "input", "block_id": "note", "label": plain("Note"), "element": note},
            {"type": "input", "block_id": "where", "optional": True, "label": plain("Where"), "element": where},
        ],
        **more,
    }


async def open_modal(slack: SlackStandIn, view: Json | None = None, user: str = ANA) -> Json:
    trigger = slack.core.tickets.issue_trigger(user)
    opened = await web_client(slack).views_open(trigger_id=trigger, view=view or note_view())
    described: Json = opened["view"]
    return described


class TestTriggers:
    async def test_good_for_three_seconds(self, slack: SlackStandIn, clock: Clock) -> None:
        trigger = slack.core.tickets.issue_trigger(ANA)
        late = slack.core.tickets.issue_trigger(ANA)
        clock.pass_by(seconds=2.9)
        await web_client(slack).views_open(trigger_id=trigger, view=note_view())
        clock.pass_by(seconds=0.2)
        refused = await refusal(web_client(slack), "views.open", trigger_id=late, view=note_view())
        assert refused == "expired_trigger_id"

    async def test_good_for_one_use(self, slack: SlackStandIn) -> None:
        trigger = slack.core.tickets.issue_trigger(ANA)
        await web_client(slack).views_open(trigger_id=trigger, view=note_view())
        refused = await refusal(web_client(slack), "views.open", trigger_id=trigger, view=note_view())
        assert refused == "exchanged_trigger_id"

    async def test_made_up_ones_are_invalid(self, slack: SlackStandIn) -> None:
        refused = await refusal(web_client(slack), "views.open", trigger_id="1.2.3", view=note_view())
        assert refused == "invalid_trigger_id"

    async def test_a_refused_view_does_not_use_the_trigger_up(self, slack: SlackStandIn) -> None:
        trigger = slack.core.tickets.issue_trigger(ANA)
        client = web_client(slack)
        with pytest.raises(SlackApiError) as caught:
            await client.views_open(trigger_id=trigger, view=note_view(title=plain("x" * 25)))
        assert caught.value.response["error"] == "invalid_arguments"
        messages = caught.value.response["response_metadata"]["messages"]
        assert messages == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
        assert (await client.views_open(trigger_id=trigger, view=note_view()))["ok"]


class TestViews:
    async def test_update_by_id_or_external_id_and_only_the_latest_hash(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        opened = await open_modal(slack, note_view(external_id="note-7"))
        title = note_view(title=plain("Changed"), external_id="note-7")
        changed = await client.views_update(view_id=opened["id"], hash=opened["hash"], view=title)
        assert changed["view"]["title"]["text"] == "Changed"
        stale = {"view_id": opened["id"], "hash": opened["hash"], "view": title}
        assert await refusal(client, "views.update", **stale) == "hash_conflict"
        again = await client.views_update(external_id="note-7", view=note_view(title=plain("Again")))
        assert again["view"]["id"] == opened["id"]
        modal = slack.workspace.modal(ANA)
        assert modal is not None
        assert modal["title"]["text"] == "Again"

    async def test_a_closed_view_cannot_be_updated(self, slack: SlackStandIn) -> None:
        opened = await open_modal(slack)
        await slack.workspace.close(ANA)
        assert slack.workspace.modal(ANA) is None
        refused = await refusal(web_client(slack), "views.update", view_id=opened["id"], view=note_view())
        assert refused == "not_found"

    async def test_three_views_at_most(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        opened = await open_modal(slack)
        for _ in range(2):
            trigger = slack.core.tickets.issue_trigger(ANA, opened["id"])
            pushed = await client.views_push(trigger_id=trigger, view=note_view())
        assert pushed["view"]["root_view_id"] == opened["id"]
        trigger = slack.core.tickets.issue_trigger(ANA, opened["id"])
        assert await refusal(client, "views.push", trigger_id=trigger, view=note_view()) == "push_limit_reached"

    async def test_pushing_needs_a_trigger_of_a_modal(self, slack: SlackStandIn) -> None:
        trigger = slack.core.tickets.issue_trigger(ANA)
        refused = await refusal(web_client(slack), "views.push", trigger_id=trigger, view=note_view())
        assert refused == "invalid_trigger_id"

    async def test_a_view_of_more_than_250_kilobytes(self, slack: SlackStandIn) -> None:
        block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
        trigger = slack.core.tickets.issue_trigger(ANA)
        view = {"type": "modal", "title": plain("Big"), "blocks": [block] * 100}
        assert await refusal(web_client(slack), "views.open", trigger_id=trigger, view=view) == "view_too_large"

    async def test_home_is_published_and_seen(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        home = {"type": "home", "blocks": [{"type": "divider"}]}

        @app.event("app_home_opened")
        async def publish(event: Json) -> None:
            await web_client(slack).views_publish(user_id=event["user"], view=home)

        async with connected(slack, app):
            outcome = await slack.workspace.open_home(ANA)
        assert outcome.home is not None
        assert outcome.home == slack.workspace.home(ANA)
        assert slack.workspace.home(BEN) is None
        stale = {"user_id": ANA, "view": home, "hash": "old"}
        assert await refusal(web_client(slack), "views.publish", **stale) == "hash_conflict"
        assert await refusal(web_client(slack), "views.publish", user_id="U0NOBODY01", view=home) == "user_not_found"


Answer = Callable[[AsyncAck, Json], Awaitable[None]]


@pytest.fixture
async def submitting(slack: SlackStandIn) -> Callable[[Answer], AsyncApp]:
    def app_answering(answer: Answer) -> AsyncApp:
        app = bolt_app(slack)

        @app.view("note.submit")
        async def submitted(ack: AsyncAck, body: Json) -> None:
            await answer(ack, body)

        return app

    return app_answering


Submitting = Callable[[Answer], AsyncApp]


class TestSubmission:
    async def test_values_arrive_and_the_modal_closes(self, slack: SlackStandIn, submitting: Submitting) -> None:
        seen: list[Json] = []

        async def save(ack: AsyncAck, body: Json) -> None:
            seen.append(body)
            await ack()

        await open_modal(slack, note_view(private_metadata="inv-1"))
        async with connected(slack, submitting(save)):
            outcome = await slack.workspace.submit(ANA, {"text": "call", "where": AR_TEAM})
        assert outcome.view_op == "close"
        assert slack.workspace.modal(ANA) is None
        values = seen[0]["view"]["state"]["values"]
        assert values["note"]["text"] == {"type": "plain_text_input", "value": "call"}
        assert values["where"]["where"]["selected_conversation"] == AR_TEAM
        assert seen[0]["view"]["private_metadata"] == "inv-1"
        (url,) = seen[0]["response_urls"]
        assert (url["channel_id"], url["block_id"]) == (AR_TEAM, "where")

    async def test_errors_keep_it_open(self, slack: SlackStandIn, submitting: Submitting) -> None:
        async def refuse(ack: AsyncAck, _: Json) -> None:
            await ack(response_action="errors", errors={"note": "say more"})

        await open_modal(slack)
        async with connected(slack, submitting(refuse)):
            outcome = await slack.workspace.submit(ANA, {"text": "call"})
        assert outcome.errors == {"note": "say more"}
        assert slack.workspace.modal(ANA) is not None

    @pytest.mark.parametrize("action", ["update", "push"])
    async def test_another_view_follows(self, slack: SlackStandIn, submitting: Submitting, action: str) -> None:
        async def follow(ack: AsyncAck, _: Json) -> None:
            view = {"type": "modal", "title": plain("Next"), "blocks": []}
            await ack(response_action=action, view=view)

        await open_modal(slack)
        async with connected(slack, submitting(follow)):
            outcome = await slack.workspace.submit(ANA, {"text": "call"})
        assert outcome.view_op == action
        modal = slack.workspace.modal(ANA)
        assert modal is not None
        assert modal["title"]["text"] == "Next"
        assert (modal["previous_view_id"] is None) == (action == "update")

    async def test_clear_closes_the_whole_stack(self, slack: SlackStandIn, submitting: Submitting) -> None:
        async def clear(ack: AsyncAck, _: Json) -> None:
            await ack(response_action="clear")

        opened = await open_modal(slack)
        trigger = slack.core.tickets.issue_trigger(ANA, opened["id"])
        await web_client(slack).views_push(trigger_id=trigger, view=note_view())
        async with connected(slack, submitting(clear)):
            outcome = await slack.workspace.submit(ANA, {"text": "call"})
        assert outcome.view_op == "clear"
        assert slack.workspace.modal(ANA) is None

    async def test_an_unfit_next_view_is_trouble(self, slack: SlackStandIn, submitting: Submitting) -> None:
        async def follow(ack: AsyncAck, _: Json) -> None:
            await ack(response_action="update", view={"type": "modal", "blocks": []})

        await open_modal(slack)
        async with connected(slack, submitting(follow)):
            outcome = await slack.workspace.submit(ANA, {"text": "call"})
        assert outcome.errors == {"": f"{TROUBLE} (invalid_arguments)"}

    async def test_silence_is_trouble(self, slack: SlackStandIn) -> None:
        slack.deadlines.acknowledgement_seconds = 0.2
        await open_modal(slack)
        async with connected(slack, bolt_app(slack)):
            outcome = await slack.workspace.submit(ANA, {"text": "call"})
        assert outcome.errors == {"": TROUBLE}
        assert slack.workspace.modal(ANA) is not None

    @pytest.mark.parametrize(
        ("values", "complaint"),
        [
            ({}, MISSING),
            ({"text": "no"}, "Please enter at least 3 characters."),
            ({"text": "much too long"}, "Please enter at most 9 characters."),
        ],
    )
    async def test_slack_itself_checks_inputs_first(self, slack: SlackStandIn, values: Json, complaint: str) -> None:
        await open_modal(slack)
        outcome = await slack.workspace.submit(ANA, values)
        assert outcome.errors == {"note": complaint}
        assert not slack.workspace.hub.deliveries


class TestLifetime:
    async def test_opening_anew_replaces_the_whole_stack(self, slack: SlackStandIn) -> None:
        opened = await open_modal(slack)
        trigger = slack.core.tickets.issue_trigger(ANA, opened["id"])
        await web_client(slack).views_push(trigger_id=trigger, view=note_view())
        again = await open_modal(slack)
        await slack.workspace.close(ANA)
        assert slack.workspace.modal(ANA) is None
        assert again["previous_view_id"] is None

    async def test_nobody_sees_a_change_of_a_view_that_another_covers(self, slack: SlackStandIn) -> None:
        below = await open_modal(slack)
        trigger = slack.core.tickets.issue_trigger(ANA, below["id"])
        pushed = await web_client(slack).views_push(trigger_id=trigger, view=note_view())
        seen = []
        with slack.core.feed.listen() as queue:
            watch = Watch(queue, slack.core.state, ANA, slack.core.app.bot_user)
            for view_id in (pushed["view"]["id"], below["id"]):
                await web_client(slack).views_update(view_id=view_id, view=note_view("changed"))
                seen.append(await watch.outcome(None, {}, NO_ANSWER))
        assert [outcome.view and outcome.view["id"] for outcome in seen] == [pushed["view"]["id"]] * 2

    async def test_nothing_can_be_pushed_on_a_modal_that_was_closed(self, slack: SlackStandIn) -> None:
        opened = await open_modal(slack)
        trigger = slack.core.tickets.issue_trigger(ANA, opened["id"])
        await slack.workspace.close(ANA)
        assert await refusal(web_client(slack), "views.push", trigger_id=trigger, view=note_view()) == "not_found"

    async def test_without_a_modal_there_is_nothing_to_submit(self, slack: SlackStandIn) -> None:
        with pytest.raises(LookupError):
            await slack.workspace.submit(ANA, {})


class TestClosing:
    async def test_the_app_hears_of_it_when_it_wants_to(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        closed: list[str] = []

        @app.view_closed("note.submit")
        async def note_closed(ack: AsyncAck, body: Json) -> None:
            closed.append(body["view"]["callback_id"])
            await ack()

        async with connected(slack, app):
            await open_modal(slack, note_view(notify_on_close=True))
            outcome = await slack.workspace.close(ANA)
        assert outcome.view_op == "close"
        assert closed == ["note.submit"]

    async def test_choices_inside_a_modal_are_kept_in_its_state(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        seen: list[Json] = []

        @app.action("day")
        async def chosen(ack: AsyncAck, body: Json) -> None:
            seen.append(body)
            await ack()

        picker = {"type": "actions", "block_id": "when", "elements": [{"type": "datepicker", "action_id": "day"}]}
        async with connected(slack, app):
            await open_modal(slack, note_view(blocks=[picker]))
            await slack.workspace.choose(ANA, None, "day", "2026-12-01", ACKED)
        assert seen[0]["view"]["state"]["values"]["when"]["day"]["selected_date"] == "2026-12-01"
        assert "response_url" not in seen[0]
