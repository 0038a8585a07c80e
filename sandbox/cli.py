"""`tesorio demo` and `tesorio sandbox`: the product over its stand-ins, and the stand-ins alone."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.shell import run_async, say
from bot.cli.stopping import stop_signal

Port = Annotated[int, typer.Option(min=0, max=65535, help="The page's port on this machine; 0 takes a free one.")]


class System(StrEnum):
    """What can be stood in for."""

    SLACK = "slack"
    NETSUITE = "netsuite"
    SALESFORCE = "salesforce"
    MAIL = "mail"


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("demo")(demo)
    app.command("sandbox")(sandbox)


def demo(
    port: Port = 8765,
    customers: Annotated[int, typer.Option(min=10, max=20_000, help="How many customers the ledger has.")] = 500,
    say_lines: Annotated[
        list[str] | None, typer.Option("--say", help="Type this as a user, print the answer, and exit; repeatable.")
    ] = None,
) -> None:
    """Run the whole bot against a Slack and a NetSuite that live on this machine; nothing has to be set up."""
    from sandbox.demo import run_demo  # noqa: PLC0415 - long to load, and the overview of all commands needs none of it

    if say_lines and port == 8765:  # noqa: PLR2004 - the default: nobody will open the page of a scripted demo
        port = 0
    run_async(lambda: run_demo(port=port, customers=customers, lines=tuple(say_lines or ())))


def sandbox(
    systems: Annotated[
        list[System] | None, typer.Argument(help="slack, netsuite, salesforce, mail; all by default.")
    ] = None,
    port: Port = 8765,
    customers: Annotated[int, typer.Option(min=10, max=20_000, help="How many customers the ledger has.")] = 500,
) -> None:
    """Run the stand-ins alone and print the settings that point the bot at them."""
    from sandbox.stand_ins import environment_lines, stand_ins  # noqa: PLC0415 - likewise

    wanted = frozenset(system.value for system in systems or list(System))

    async def work() -> None:
        async with stand_ins(port=port, customers=customers, only=wanted) as running:
            for line in environment_lines(running):
                say(line)
            await stop_signal()

    run_async(work)
