"""`/tesorio help`, and whatever else is typed that is no subcommand."""

from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.views.misses import help_message


async def show_help(deps: Deps, request: SlashRequest) -> None:
    """What can be typed, to everyone who asks: it holds no data."""
    unknown = request.subcommand if request.subcommand not in {"", "help"} else ""
    await deps.answering.post_privately(request.response_url, help_message(unknown=unknown))


FEATURE = Feature(
    subcommands=(Subcommand(word="help", usage="help", meaning="what you can type here", handle=show_help),),
    scopes=frozenset({"commands"}),
)
