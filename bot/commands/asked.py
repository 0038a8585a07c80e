"""The question that led somebody to «Connect» is answered once they are connected: to them alone, and once.

It is durable work under the id of their request to be linked, so whoever confirms twice is answered once. Whether they
may read the answer is decided when it is made, by whatever answers such a question.
"""

from datetime import datetime, timedelta

from bot.access import SlackPerson
from bot.commands.help_ import WORD as HELP
from bot.commands.typed import answer_unknown, command_in
from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.slack.answering import ReplyTo
from bot.views.question import Question
from store.errors import StoreError
from store.work import Payload, TryLaterError

KIND = "asked"
# A later answer would be to a question that nobody has in mind any more.
_ANSWERED_FOR = timedelta(days=1)


async def answer_later(deps: Deps, person: SlackPerson, question: Question, *, asked_in: str, known_as: str) -> None:
    """Answer it soon, once for each `known_as`: where it was asked if `asked_in` says so, else in a direct message."""
    payload = {
        "team_id": person.team_id,
        "user_id": person.user_id,
        "line": question.line,
        "at": question.at.isoformat(),
        "asked_in": asked_in,
    }
    await deps.work.start(KIND, f"{KIND}-{known_as}", payload)


def asked_feature(others: tuple[Feature, ...]) -> Feature:
    """Answers questions by the subcommands of these features."""
    by_word: dict[str, Subcommand] = {each.word: each for feature in others for each in feature.subcommands}
    words = frozenset(by_word)

    async def answer(deps: Deps, _work_id: str, payload: Payload) -> None:
        if deps.clock() - datetime.fromisoformat(payload["at"]) >= _ANSWERED_FOR:
            return
        word, text = command_in(payload["line"], words)
        request = SlashRequest(
            person=SlackPerson(team_id=payload["team_id"], user_id=payload["user_id"]),
            subcommand=word,
            text=text,
            reply=ReplyTo(url="", channel_id=payload["asked_in"], user_id=payload["user_id"], is_private=True),
        )
        try:
            if word:
                await by_word[word].handle(deps, request)
            else:
                await answer_unknown(deps, request, text, by_word[HELP].handle)
        except StoreError as error:
            raise TryLaterError(str(error)) from error

    return Feature(works={KIND: answer})
