"""`tesorio share`: the rules of «Share to Slack» at a terminal."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.seed import ANA, AR_TEAM, BEN, CHLOE, FINANCE_LEADS, NORTHWIND_SHARED, SALES, TEAM_ID
from store.channels import ChannelFacts, note_added, put_channel
from store.db import Store, sqlite_url
from store.deliveries import Delivery, DeliveryState
from store.facts import bind_fact
from store.outbox import listed_deliveries
from store.users import Role, SlackLink, add_user, link_slack
from tests.cli.console import Console, Ended

NOW = datetime.now(UTC)
CHANNELS = (
    (ChannelFacts(id=SALES, name="sales", is_member=True), True),
    (ChannelFacts(id=AR_TEAM, name="ar-team", is_member=True), False),
    (ChannelFacts(id=NORTHWIND_SHARED, name="northwind-shared", is_member=True, is_external=True), True),
    (ChannelFacts(id=FINANCE_LEADS, name="finance-leads"), False),
)


PEOPLE = (
    (ANA, "ana.silva@meridian.example", "Ana Silva", Role.FINANCE),
    (CHLOE, "chloe.dubois@meridian.example", "Chloé Dubois", Role.ADMIN),
    (BEN, "ben.okafor@meridian.example", "Ben Okafor", Role.VIEWER),
)


def in_store(console: Console, work: Any) -> Any:
    async def run() -> Any:
        store = Store(sqlite_url(console.folder / "data" / "store.sqlite"))
        try:
            async with store.write() as conn:
                return await work(conn)
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def linked(filled: Console) -> Console:
    """Accounts of Ana and Chloé linked, and four channels known."""

    async def add(conn: Any) -> None:
        await bind_fact(conn, "slack.team_id", TEAM_ID)
        for slack_user, email, name, role in PEOPLE:
            user = await add_user(conn, email=email, name=name, role=role, at=NOW)
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=slack_user, user_id=user.id, linked_at=NOW, linked_by="test"
            )
            await link_slack(conn, link)
        for facts, was_linked in CHANNELS:
            await put_channel(conn, facts, asked_at=NOW)
            if facts.is_member:
                await note_added(conn, facts.id, by=ANA, was_linked=was_linked, at=NOW)

    in_store(filled, add)
    return filled


def shared(console: Console, *arguments: str, text: str = "INV-12345") -> Ended:
    return console("share", "invoice", text, *arguments)


def waiting(console: Console) -> list[Delivery]:
    async def read(conn: Any) -> list[Delivery]:
        return list(await listed_deliveries(conn, (DeliveryState.QUEUED,), limit=10))

    found: list[Delivery] = in_store(console, read)
    return found


class TestShare:
    def test_waits_in_the_outbox_for_the_bot(self, linked: Console) -> None:
        ended = shared(linked, "--to", "#sales", "--message", "Who calls them?")
        assert ended.code == 0, ended.err
        assert ended.out == "On its way to #sales. It is posted as soon as the bot runs (`tesorio run`).\n"
        [delivery] = waiting(linked)
        assert (delivery.kind, delivery.target, delivery.payload["channel"]) == ("share", "slack", SALES)
        assert delivery.payload["text"].startswith("Shared by Tesorio: Who calls them? · ")
        assert "Sun Microsystems" in str(delivery.payload["blocks"])
        assert delivery.author == ""

    def test_as_somebody_names_them_and_tells_them_of_trouble(self, linked: Console) -> None:
        told = shared(linked, "--to", SALES, "--as", "ana.silva@meridian.example", "--json").json
        [delivery] = waiting(linked)
        assert told == {"id": delivery.id, "to": SALES, "state": "queued"}
        assert delivery.payload["text"].startswith("Shared by Ana Silva · ")
        assert delivery.author == ANA

    def test_as_somebody_who_is_linked_to_nobody_names_the_product(self, linked: Console) -> None:
        linked("users", "add", "eva@meridian.example", "--name", "Eva Lima", "--role", "finance")
        assert shared(linked, "--to", "#sales", "--as", "eva@meridian.example").code == 0
        [delivery] = waiting(linked)
        assert delivery.payload["text"].startswith("Shared by Tesorio · ")

    def test_to_a_person_by_their_address(self, linked: Console) -> None:
        ended = linked("share", "customer", "Sun Microsystems, Inc.", "--to", "chloe.dubois@meridian.example")
        assert ended.code == 0, ended.err
        [delivery] = waiting(linked)
        assert delivery.payload["channel"] == CHLOE

    def test_a_closest_match_is_named_first(self, linked: Console) -> None:
        ended = shared(linked, "--to", "#sales", text="inv1234")
        assert ended.code == 1
        assert "the closest match for «inv1234» is Invoice INV-12" in ended.err
        assert "--yes shares it" in ended.err
        assert waiting(linked) == []
        assert shared(linked, "--to", "#sales", "--yes", text="inv1234").code == 0

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("--to", "#nowhere"), "No channel that Tesorio was added to is called «#nowhere»"),
            (("--to", "#ar-team"), "Nobody with an account here has added Tesorio to #ar-team. Type /tesorio add"),
            (("--to", "finance-leads"), "The app is not in #finance-leads."),
            (("--to", "#northwind-shared"), "people of another company read this channel"),
            (("--to", "gil@auditors.example"), "Gil Guest is a guest in this workspace"),
            (("--to", "nora@northwind.example"), "Nora North belongs to another company"),
            (("--to", "nobody@meridian.example"), "Slack knows nobody with the e-mail nobody@meridian.example"),
            (("--to", "#sales", "--as", "nobody@x.example"), "no active account has the e-mail"),
            (("--to", "#sales", "--as", "ben.okafor@meridian.example"), "may not share"),
        ],
    )
    def test_says_why_not(self, linked: Console, arguments: tuple[str, ...], words: str) -> None:
        ended = shared(linked, *arguments)
        assert ended.code == 1
        assert words in ended.err
        assert waiting(linked) == []

    def test_nothing_matches(self, linked: Console) -> None:
        assert "nothing matches «zzzzqqqq»" in shared(linked, "--to", "#sales", text="zzzzqqqq").err

    def test_too_long_a_message(self, linked: Console) -> None:
        ended = shared(linked, "--to", "#sales", "--message", "x" * 3001)
        assert ended.code == 2
        assert "these are 3,001" in ended.err


class TestOutside:
    @pytest.fixture
    def asking(self, linked: Console) -> Console:
        (Path(linked.folder) / "tesorio.toml").write_text('[slack]\nexternal_channels = "ask"\n', encoding="utf-8")
        return linked

    def test_only_an_admin_who_confirms(self, asking: Console) -> None:
        to = ("--to", "#northwind-shared")
        assert "Only an admin may share to #northwind-shared" in shared(asking, *to, "--outside").err
        admin = (*to, "--as", "chloe.dubois@meridian.example")
        assert "--outside confirms that they may" in shared(asking, *admin).err
        assert waiting(asking) == []
        assert shared(asking, *admin, "--outside").code == 0
        [delivery] = waiting(asking)
        assert "$" not in str(delivery.payload)
        assert "Sun Microsystems" in str(delivery.payload)
