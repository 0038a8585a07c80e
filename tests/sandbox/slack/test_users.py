from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.seed import ANA, DEACTIVATED, GUEST, STRANGER, TEAM_ID
from tests.patient import patient
from tests.sandbox.slack.running import web_client
from tests.sandbox.slack.test_web_api import refusal


class TestUsers:
    async def test_info_tells_who_is_a_guest_a_stranger_or_gone(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        ana = (await client.users_info(user=ANA))["user"]
        assert (ana["team_id"], ana["profile"]["email"]) == (TEAM_ID, "ana.silva@meridian.example")
        assert ana["is_email_confirmed"]
        slack.workspace.change_member(ANA, is_email_confirmed=False, is_ultra_restricted=True)
        changed = (await client.users_info(user=ANA))["user"]
        assert (changed["is_email_confirmed"], changed["is_ultra_restricted"]) == (False, True)
        assert (await client.users_info(user=GUEST))["user"]["is_restricted"]
        assert (await client.users_info(user=DEACTIVATED))["user"]["deleted"]
        stranger = (await client.users_info(user=STRANGER))["user"]
        assert stranger["is_stranger"]
        assert stranger["team_id"] != TEAM_ID
        assert await refusal(client, "users.info", user="U0NOBODY01") == "user_not_found"

    async def test_email_needs_its_scope(self) -> None:
        async with SlackStandIn(app=app_config(scopes=frozenset({"users:read"})), deadlines=patient()) as slack:
            ana = (await web_client(slack).users_info(user=ANA))["user"]
        assert "email" not in ana["profile"]

    async def test_list_and_lookup(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        listed = await client.users_list(limit=3)
        assert len(listed["members"]) == 3
        assert listed["response_metadata"]["next_cursor"]
        found = await client.users_lookupByEmail(email="Chloe.Dubois@meridian.example")
        assert found["user"]["real_name"] == "Chloé Dubois"
        gone = await refusal(client, "users.lookupByEmail", email="dan@meridian.example")
        assert gone == "users_not_found"

    async def test_bot(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        assert (await client.bots_info(bot="B0TESORIO1"))["bot"]["name"] == "tesorio"
        assert await refusal(client, "bots.info", bot="B0OTHER") == "bot_not_found"
