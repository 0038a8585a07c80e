"""What is typed that names no record: help, gaps, misses, and text that was never meant for a lookup."""

import pytest

from bot.app import subcommands
from tests.bot.world import World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    "%",
    "_",
    "%%%",
    "\\",
    "'; DROP TABLE invoices; --",
    "' OR '1'='1",
    "!!! ??? ...",
    "-",
    "😀",
    "👩‍👩‍👧‍👦" * 50,
    "שלום",
    "\u202egnp.exe",
    "\u200b",
    "<!everyone>",
    "<@U0ANASILVA>",
    "<https://evil.example|Pay here>",
    "(q+)+$",
    "a" * 10_000,
    "x y " * 2_500,
    "null\u0000byte",
    "zzz\nqqq",
    "\ud800",
)


class TestHelp:
    @pytest.mark.parametrize("line", ["/tesorio", "/tesorio help", "/tesorio HELP", "/tesorio   "])
    async def test_comes_when_asked_for_or_when_nothing_is_asked(self, world: World, line: str) -> None:
        answer = await world.card(line)
        assert answer.ephemeral_to is not None
        for subcommand in subcommands():
            assert f"/tesorio {subcommand.usage}  {subcommand.meaning}" in world.shown(answer)

    async def test_comes_for_an_unknown_word_which_it_names(self, world: World) -> None:
        answer = world.shown(await world.card("/tesorio Frobnicate Everything"))
        assert "No command, invoice or customer matches «Frobnicate Everything». You can ask:" in answer

    @pytest.mark.parametrize(
        ("line", "answer"),
        [
            ("/tesorio INV-12345", "Found an invoice."),
            ("/tesorio sun micro", "Closest match for «sun micro»"),
        ],
    )
    async def test_does_not_come_for_a_bare_number_or_name(self, world: World, line: str, answer: str) -> None:
        card = world.shown(await world.card(line))
        assert answer in card
        assert "Sun Microsystems, Inc. owes $" in card

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_comes_for_any_text_at_all(self, world: World, text: str) -> None:
        answer = await world.card(f"/tesorio {text}")
        assert "/tesorio help" in world.shown(answer)
        assert not world.log.errors()


class TestSubcommand:
    @pytest.mark.parametrize("line", ["/tesorio Invoice INV-12345", "/tesorio  invoice\tINV-12345 "])
    async def test_case_and_white_space_do_not_matter(self, world: World, line: str) -> None:
        assert "Open balance: $17,250.00" in world.shown(await world.card(line))

    @pytest.mark.parametrize(("kind", "example"), [("invoice", "INV-12345"), ("customer", "ABC Inc")])
    async def test_without_text_asks_which_one(self, world: World, kind: str, example: str) -> None:
        answer = await world.card(f"/tesorio {kind}")
        assert answer.ephemeral_to is not None
        assert f"Which {kind}? Type for example /tesorio {kind} {example}" in world.shown(answer)


class TestMiss:
    async def test_says_so_privately_and_offers_the_nearest(self, world: World) -> None:
        answer = await world.card("/tesorio customer sun bakeries")
        assert answer.ephemeral_to is not None
        assert "No customer matches «sun bakeries». The nearest are:" in world.shown(answer)
        button = elements(answer, "lookup.open")[0]
        opened = await world.workspace.click(answer.ephemeral_to, answer, "lookup.open", value=button["value"])
        assert "owes" in world.shown(opened)

    @pytest.mark.parametrize("kind", ["invoice", "customer"])
    @pytest.mark.parametrize("text", HOSTILE)
    async def test_no_text_is_an_error_or_a_way_in(self, world: World, kind: str, text: str) -> None:
        answer = await world.card(f"/tesorio {kind} {text}")
        assert not world.log.errors()
        assert answer.ephemeral_to is not None, f"taken for a match: {world.shown(answer)}"
        assert "<!everyone>" not in answer.text
        assert len(answer.text) < 1_500
