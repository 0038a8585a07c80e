"""Why this record is shown, and the other records that the query may have meant."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block, Option, SectionBlock, StaticSelectElement

from bot.views.text import literal, plain_text, size
from bot.views.values import InvalidValueError, RecordRef, decode, encode, is_encodable

CHOOSE_ACTION = "lookup.choose"
MAX_QUERY = 80
# One of the five that a lookup gives is on the card.
MAX_CANDIDATES = 4
MAX_DETAIL = 75
_MAX_REASON = 150
_MAX_OPTION = 75
_BLOCK = "lookup.match"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Another record that the query may have meant: `label` names it, `detail` tells it from its neighbours."""

    ref: RecordRef
    label: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """How a query led to the record on the card.

    `reason` is None for an exact hit, else a phrase that follows a colon: «number ends in 123». `candidates` are the
    other records, best first. `is_chosen` says that a person preferred this record to the best one.
    """

    query: str
    reason: str | None = None
    candidates: tuple[Candidate, ...] = ()
    is_chosen: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether the record may be another one than was meant."""
        return self.reason is not None and not self.is_chosen


def match_block(match: Match | None, shown: RecordRef) -> list[Block]:
    """The line that says why, with the menu that replaces the card; nothing for an exact hit without rivals."""
    if match is None or (match.reason is None and not match.candidates and not match.is_chosen):
        return []
    menu = _menu(match.candidates)
    text = plain_text(match_words(match))
    return [SectionBlock(block_id=_block_id(match.query, shown), text=text, accessory=menu)]


def match_words(match: Match) -> str:
    """Such as «Closest match for «inv123»: number ends in 123.»."""
    query = literal(match.query, MAX_QUERY)
    if match.is_chosen:
        return f"Chosen for «{query}»."
    if match.reason is None:
        return f"Other records match «{query}» too."
    return f"Closest match for «{query}»: {literal(match.reason, _MAX_REASON)}."


def query_of_block(block_id: str) -> str | None:
    """The query behind a `lookup.choose` menu, so that the next card can offer the others again.

    None when the block is not ours, or the query was too long to travel with it.
    """
    name, _, rest = block_id.partition("|")
    value, _, query = rest.partition("|")
    if name != _BLOCK or not query or size(query) > MAX_QUERY:
        return None
    try:
        decode(value)
    except InvalidValueError:
        return None
    return query


def _block_id(query: str, shown: RecordRef) -> str:
    # Slack keeps what was chosen in a menu as long as its block keeps its id: another card needs another id.
    value = encode(shown) if is_encodable(shown) else "-"
    return f"{_BLOCK}|{value}|{query if size(query) <= MAX_QUERY and query.isprintable() else ''}"


def _menu(candidates: tuple[Candidate, ...]) -> StaticSelectElement | None:
    usable = [candidate for candidate in candidates if is_encodable(candidate.ref)]
    if not usable:
        return None
    hidden = len(candidates) - len(usable[:MAX_CANDIDATES])
    placeholder = f"Other matches (…+{hidden:,} more)" if hidden else "Other matches"
    return StaticSelectElement(
        action_id=CHOOSE_ACTION,
        placeholder=plain_text(placeholder),
        options=[_option(candidate) for candidate in usable[:MAX_CANDIDATES]],
    )


def _option(candidate: Candidate) -> Option:
    return Option(
        text=plain_text(literal(candidate.label, _MAX_OPTION)),
        value=encode(candidate.ref),
        description=plain_text(literal(candidate.detail, MAX_DETAIL)) if candidate.detail else None,
    )
