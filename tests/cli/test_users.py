"""Accounts: made, linked to full members of the connected workspace only, given roles, closed."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA, BEN, DEACTIVATED, GUEST, STRANGER, TEAM_ID
from store.audit import audit_events, first_broken_audit
from store.db import Store, sqlite_url
from tests.cli.console import Console

ANAS = "ana.silva@meridian.example"


def audited(console: Console) -> list[str]:
    async def read() -> list[str]:
        store = Store(sqlite_url(console.folder / "data" / "store.sqlite"))
        try:
            async with store.read() as conn:
                assert await first_broken_audit(conn) is None
                rows = await conn.execute(select(audit_events.c.action).order_by(audit_events.c.sequence))
                return [row.action for row in rows]
        finally:
            await store.close()

    return asyncio.run(read())


def listed(console: Console) -> list[Any]:
    found: list[Any] = console("users", "list", "--json").json
    return found


class TestUsers:
    def test_a_life(self, console: Console) -> None:
        assert console("users", "add", ANAS, "--name", "Ana", "--role", "finance").code == 0
        linked = console("users", "link", ANAS.upper())
        assert linked.out == f"{ANA} in workspace {TEAM_ID} is now {ANAS}.\n"
        assert console("users", "role", ANAS, "admin").code == 0
        assert listed(console) == [
            {"email": ANAS, "name": "Ana", "role": "admin", "active": "yes", "slack": f"{TEAM_ID}/{ANA}"}
        ]
        assert ANAS in console("users", "list").out
        assert console("users", "remove", ANAS).code == 0
        assert [(each["active"], each["slack"]) for each in listed(console)] == [("no", "")]
        assert audited(console) == ["users.add", "users.link", "users.role", "users.remove"]

    def test_a_closed_account_is_opened_again(self, console: Console) -> None:
        console("users", "add", ANAS, "--name", "Ana", "--role", "finance")
        console("users", "remove", ANAS)
        ended = console("users", "add", ANAS)
        assert (ended.code, ended.out) == (0, f"{ANAS} is open again, as viewer. Link it with `tesorio users link`.\n")
        assert listed(console) == [{"email": ANAS, "name": "Ana", "role": "viewer", "active": "yes", "slack": ""}]
        assert console("users", "link", ANAS).code == 0
        assert audited(console) == ["users.add", "users.remove", "users.reopen", "users.link"]

    def test_a_member_may_be_named(self, console: Console) -> None:
        console("users", "add", "b@elsewhere.example")
        assert console("users", "link", "b@elsewhere.example", "--slack-user", BEN).code == 0
        assert [each["slack"] for each in listed(console)] == [f"{TEAM_ID}/{BEN}"]

    @pytest.mark.sampled(keep=2)
    @pytest.mark.parametrize("email", ["nobody", "@x.co", "a@b", "a b@c.co", ""])
    def test_what_is_no_address_is_refused(self, console: Console, email: str) -> None:
        ended = console("users", "add", email)
        assert ended.code == 1
        assert "is not an e-mail address" in ended.err

    def test_an_address_has_one_account(self, console: Console) -> None:
        console("users", "add", ANAS)
        ended = console("users", "add", ANAS.title())
        assert ended.code == 1
        assert "has an account already" in ended.err

    @pytest.mark.parametrize("words", [("remove",), ("link",), ("role", "viewer")], ids=" ".join)
    def test_an_unknown_account_is_said(self, console: Console, words: tuple[str, ...]) -> None:
        assert console("db", "upgrade").code == 0
        ended = console("users", words[0], "x@y.co", *words[1:])
        assert ended.code == 1
        assert "no account has the e-mail x@y.co" in ended.err


@contextmanager
def workspace() -> Iterator[SlackStandIn]:
    """A workspace of its own, served by a thread: commands run loops of theirs."""
    loop, slack = asyncio.new_event_loop(), SlackStandIn()
    thread = Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(slack.__aenter__(), loop).result()
    try:
        yield slack
    finally:
        asyncio.run_coroutine_threadsafe(slack.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def told_in_slack(console: Console) -> list[tuple[str, str]]:
    """To whom the bot will say that they are connected, in which state."""
    found = console("outbox", "list", "--json").json
    return [(each["to"], each["state"]) for each in found if each["kind"] == "connect"]


class TestLink:
    def test_the_person_is_told_in_slack_once(self, console: Console) -> None:
        console("users", "add", ANAS)
        assert told_in_slack(console) == []
        for _ in range(2):
            assert console("users", "link", ANAS).code == 0
        assert told_in_slack(console) == [(f"slack/{ANA}", "queued")]

    def test_whom_the_person_was_before_is_said(self, console: Console) -> None:
        console("users", "add", ANAS)
        console("users", "link", ANAS)
        console("users", "add", "ana@elsewhere.example")
        ended = console("users", "link", "ana@elsewhere.example", "--slack-user", ANA)
        assert f"is now ana@elsewhere.example, and {ANAS} no more." in ended.out

    def test_an_email_that_is_not_confirmed_in_slack_proves_nothing(self, console: Console) -> None:
        console("users", "add", ANAS)
        with workspace() as slack:
            state = slack.core.state
            state.put_member(replace(state.members[ANA], is_email_confirmed=False))
            own = {"SLACK_API_URL": slack.api_url, "SLACK_BOT_TOKEN": slack.bot_token}
            ended = console("users", "link", ANAS, **own)
            assert ended.code == 1
            assert f"{ANAS} is not confirmed in Slack" in ended.err
            assert [each["slack"] for each in listed(console)] == [""]
            assert console("users", "link", ANAS, "--slack-user", ANA, **own).code == 0

    @pytest.mark.parametrize("member", [GUEST, STRANGER, DEACTIVATED, "U0TESORIO1"])
    def test_guests_strangers_closed_accounts_and_bots_are_refused(self, console: Console, member: str) -> None:
        console("users", "add", "x@meridian.example")
        ended = console("users", "link", "x@meridian.example", "--slack-user", member)
        assert ended.code == 1
        assert "only full members of the connected workspace can be linked" in ended.err
        assert [each["slack"] for each in listed(console)] == [""]

    def test_an_account_is_linked_to_one_slack_user(self, console: Console) -> None:
        console("users", "add", ANAS)
        assert console("users", "link", ANAS).code == 0
        assert console("users", "link", ANAS).code == 0
        ended = console("users", "link", ANAS, "--slack-user", BEN)
        assert ended.code == 1
        assert f"`tesorio users unlink {ANAS}` cuts that" in ended.err
        assert console("users", "unlink", ANAS).code == 0
        assert console("users", "link", ANAS, "--slack-user", BEN).code == 0
        assert [each["slack"] for each in listed(console)] == [f"{TEAM_ID}/{BEN}"]
        assert audited(console)[-2:] == ["users.unlink", "users.link"]

    def test_whoever_is_linked_to_nobody_cannot_be_unlinked(self, console: Console) -> None:
        console("users", "add", ANAS)
        ended = console("users", "unlink", ANAS)
        assert (ended.code, ended.err) == (1, f"tesorio: {ANAS} is not linked to anybody in Slack\n")

    def test_a_closed_account_cannot_be_linked(self, console: Console) -> None:
        console("users", "add", ANAS)
        console("users", "remove", ANAS)
        ended = console("users", "link", ANAS)
        assert ended.code == 1
        assert "is closed, and a closed account cannot be linked" in ended.err

    def test_somebody_slack_does_not_know_is_said(self, console: Console) -> None:
        console("users", "add", "x@meridian.example")
        for option in ((), ("--slack-user", "U0NOBODY")):
            ended = console("users", "link", "x@meridian.example", *option)
            assert ended.code == 1
            assert "Slack does not know" in ended.err

    def test_a_wrong_token_is_said(self, console: Console) -> None:
        console("users", "add", ANAS)
        ended = console("users", "link", ANAS, SLACK_BOT_TOKEN="xoxb-wrong")
        assert ended.code == 1
        assert "Slack refused: invalid_auth. Run `tesorio doctor`." in ended.err

    def test_without_tokens_it_says_which(self, bare: Console) -> None:
        bare("users", "add", ANAS)
        ended = bare("users", "link", ANAS)
        assert ended.code == 1
        assert "SLACK_BOT_TOKEN: is not set" in ended.err
