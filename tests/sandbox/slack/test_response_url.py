import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA, AR_TEAM, BEN, FINANCE_LEADS
from sandbox.slack.tickets import RESPONSE_URL_USES, Source
from tests.sandbox.slack.running import Clock, web_client


@pytest.fixture
def hook(slack: SlackStandIn) -> AsyncWebhookClient:
    """The response URL of a command that Ana typed in a channel where the app is not."""
    url = slack.core.response_url(channel=FINANCE_LEADS, user=ANA, command="/tesorio x")
    return AsyncWebhookClient(url)


async def hook_for(slack: SlackStandIn, ts: str) -> AsyncWebhookClient:
    source = Source(ts=ts, ephemeral=False)
    return AsyncWebhookClient(slack.core.response_url(channel=AR_TEAM, user=ANA, source=source))


class TestPosting:
    async def test_private_by_default_public_on_request(self, slack: SlackStandIn, hook: AsyncWebhookClient) -> None:
        assert (await hook.send(text="for you")).status_code == 200
        assert (await hook.send(text="for all", response_type="in_channel")).status_code == 200
        mine = slack.workspace.messages(FINANCE_LEADS, ANA)
        assert [(each.text, each.ephemeral_to) for each in mine] == [("for you", ANA), ("for all", None)]
        assert {each.command for each in mine} == {"/tesorio x"}

    async def test_refused_content_uses_nothing_up(self, hook: AsyncWebhookClient) -> None:
        refused = await hook.send(text="x", blocks=[{"type": "nonsense"}])
        assert (refused.status_code, refused.body) == (400, '{"ok": false, "error": "invalid_blocks"}')
        for _ in range(RESPONSE_URL_USES):
            assert (await hook.send(text="x")).status_code == 200

    async def test_five_uses_then_no_more(self, hook: AsyncWebhookClient) -> None:
        statuses = [(await hook.send(text=str(number))).status_code for number in range(RESPONSE_URL_USES)]
        sixth = await hook.send(text="late")
        assert statuses == [200] * 5
        assert (sixth.status_code, sixth.body) == (404, '{"ok": false, "error": "used_url"}')

    async def test_after_thirty_minutes_no_more(self, hook: AsyncWebhookClient, clock: Clock) -> None:
        clock.pass_by(minutes=30)
        assert (await hook.send(text="just in time")).status_code == 200
        clock.pass_by(seconds=1)
        late = await hook.send(text="late")
        assert (late.status_code, late.body) == (404, '{"ok": false, "error": "expired_url"}')

    async def test_an_invented_url_is_expired(self, slack: SlackStandIn) -> None:
        answer = await AsyncWebhookClient(f"{slack.base_url}/response/made-up").send(text="x")
        assert answer.status_code == 404


class TestOriginal:
    async def test_replaced(self, slack: SlackStandIn) -> None:
        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="old", blocks=[{"type": "divider"}])
        await (await hook_for(slack, posted["ts"])).send(text="new", replace_original=True)
        (message,) = slack.workspace.messages(AR_TEAM, BEN)
        assert (message.text, message.blocks, message.edited) == ("new", (), True)

    async def test_deleted(self, slack: SlackStandIn) -> None:
        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="old")
        await (await hook_for(slack, posted["ts"])).send(delete_original=True)
        assert slack.workspace.messages(AR_TEAM) == ()

    async def test_a_command_has_no_original(self, slack: SlackStandIn, hook: AsyncWebhookClient) -> None:
        await hook.send(text="one")
        await hook.send(text="two", replace_original=True)
        assert [each.text for each in slack.workspace.messages(FINANCE_LEADS, ANA)] == ["one", "two"]


class TestFaults:
    async def test_a_failing_response_url(self, slack: SlackStandIn, hook: AsyncWebhookClient) -> None:
        slack.workspace.faults.fail("response_url", 503)
        assert (await hook.send(text="x")).status_code == 503
        assert (await hook.send(text="x")).status_code == 200

    async def test_a_reset_after_the_post(self, slack: SlackStandIn) -> None:
        url = slack.core.response_url(channel=AR_TEAM, user=ANA)
        slack.workspace.faults.reset("response_url")
        hook = AsyncWebhookClient(url, retry_handlers=[])
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await hook.send(text="stored")
        assert [each.text for each in slack.workspace.messages(AR_TEAM, ANA)] == ["stored"]


async def test_bodies_that_are_no_object_post_nothing(slack: SlackStandIn) -> None:
    url = slack.core.response_url(channel=AR_TEAM, user=ANA)
    async with aiohttp.ClientSession() as session:
        for body in ("[]", "not json"):
            async with session.post(url, data=body) as answer:
                assert (await answer.json())["error"] == "no_text"
