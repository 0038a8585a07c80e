"""`/tesorio help`, and whatever else is typed that is neither a subcommand nor found."""

from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.views.misses import help_message

WORD = "help"


def help_feature(others: tuple[Feature, ...]) -> Feature:
    """Help on the subcommands of these features, and on itself."""

    async def show_help(deps: Deps, request: SlashRequest) -> None:
        """What can be typed, to everyone who asks: it holds no data."""
        unknown = request.subcommand if request.subcommand not in {"", WORD} else ""
        await deps.answering.post_privately(request.reply, help_message(entries, unknown=unknown))

    own = Subcommand(word=WORD, usage=WORD, meaning="this list", handle=show_help)
    subcommands = (*(subcommand for feature in others for subcommand in feature.subcommands), own)
    entries = tuple((subcommand.usage, subcommand.meaning) for subcommand in subcommands)
    return Feature(subcommands=(own,), scopes=frozenset({"commands"}))
