"""Which customer was meant: candidates of the store, sorted into tiers. Nothing is read here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import fuzz

from bot.lookup.match import MAX_CANDIDATES, Match, Reason
from bot.lookup.query import CustomerQuery, quoted
from store.search import CustomerHit

# From here on a similar name is answered, always as «closest match»; one slip in a word of four letters is 75.
_ANSWER_PERCENT = 70
# Words that the name has beyond those that were typed make it less likely, and so does being inactive.
_FOUND_WITHIN = 0.9
# «of» and «co» begin too many names to suggest one, and every word is a query.
_TELLING_LETTERS, _TELLING_WORDS = 3, 4
_INACTIVE_PERCENT = 5


class Tier(IntEnum):
    """How surely a customer is meant, the surest first."""

    EXACT_NAME = 1
    EXACT_NUMBER = 2
    OTHER_CAPITALS = 3
    NORMALISED = 4
    SAME_WORDS = 5
    BEGINNING = 6
    CONTAINED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scored:
    hit: CustomerHit
    percent: float


def ranked_customers(query: CustomerQuery, hits: Iterable[CustomerHit]) -> tuple[Match, ...]:
    """The hits that match in a tier, best first: by tier, active before inactive, then the name closest in length.

    Among names that come to the same once legal forms and points are left out, the one written most alike is first.
    """
    tiers = {hit: tier for hit in hits if (tier := customer_tier(query, hit))}
    ranked = sorted(tiers, key=lambda hit: (tiers[hit], *_precedence(query, hit)))
    return tuple(_match(hit, *_reason(query, tiers[hit])) for hit in ranked)


def similar_customers(query: CustomerQuery, hits: Iterable[CustomerHit]) -> tuple[Match, ...]:
    """The hits beyond every tier with a name so similar that the first may be answered, the most similar first."""
    beyond = [hit for hit in hits if customer_tier(query, hit) is None]
    return tuple(_similar(scored) for scored in _by_score(query, beyond) if scored.percent >= _ANSWER_PERCENT)


def nearest_customers(query: CustomerQuery, hits: Iterable[CustomerHit]) -> tuple[Match, ...]:
    """A few customers whose names begin with one of the telling words: suggestions when none can be the answer."""
    near = [
        _match(scored.hit, Reason.STARTS_WITH, f"name starts with {quoted(word)}")
        for scored in _by_score(query, set(hits))
        if (word := _beginning(query, scored.hit))
    ]
    return tuple(near[:MAX_CANDIDATES])


def telling_words(query: CustomerQuery) -> tuple[str, ...]:
    """The first few typed words that are long enough to mean a name that begins with them."""
    return tuple(word for word in query.key.split() if len(word) >= _TELLING_LETTERS)[:_TELLING_WORDS]


def _beginning(query: CustomerQuery, hit: CustomerHit) -> str:
    return next((word for word in telling_words(query) if hit.name_key.startswith(word)), "")


def customer_tier(query: CustomerQuery, hit: CustomerHit) -> Tier | None:
    """The best tier in which this customer matches; None when its name is at most similar."""
    if hit.name == query.text:
        return Tier.EXACT_NAME
    if hit.number is not None and hit.number.casefold() == query.text.casefold():
        return Tier.EXACT_NUMBER
    if hit.name.casefold() == query.text.casefold():
        return Tier.OTHER_CAPITALS
    return _name_tier(query, hit) if query.key and hit.name_key else None


def _name_tier(query: CustomerQuery, hit: CustomerHit) -> Tier | None:
    if hit.name_key == query.key:
        return Tier.NORMALISED
    if hit.sorted_name_key == query.sorted_key:
        return Tier.SAME_WORDS
    if hit.name_key.startswith(query.key):
        return Tier.BEGINNING
    words = f" {hit.name_key}"
    return Tier.CONTAINED if all(f" {word}" in words for word in query.key.split()) else None


def _precedence(query: CustomerQuery, hit: CustomerHit) -> tuple[bool, bool, int, int, str, float, str, str]:
    """Among equals: active, the first word complete («sun» is Sun Life before Sunoco), least left untyped, by name."""
    words = hit.name_key.split()
    is_cut_short = words[:1] != query.key.split()[:1]
    letters = sum(map(len, words))
    unlike = -fuzz.ratio(query.text.casefold(), hit.name.casefold())
    return hit.is_inactive, is_cut_short, letters, len(words), hit.name_key, unlike, hit.name, hit.id


def _by_score(query: CustomerQuery, hits: Iterable[CustomerHit]) -> list[_Scored]:
    scored = [_Scored(hit=hit, percent=similarity(query, hit)) for hit in hits]
    return sorted(
        scored, key=lambda one: (_INACTIVE_PERCENT * one.hit.is_inactive - one.percent, one.hit.name_key, one.hit.id)
    )


def similarity(query: CustomerQuery, hit: CustomerHit) -> float:
    """How alike two names are, 0 to 100: as written, with words in any order, or as part of the longer name."""
    in_order = fuzz.ratio(query.key, hit.name_key)
    in_any_order = fuzz.ratio(query.sorted_key, hit.sorted_name_key)
    within = _FOUND_WITHIN * _words_found(query.key.split(), hit.name_key.split())
    return max(in_order, in_any_order, within)


def _words_found(typed: Sequence[str], words: Sequence[str]) -> float:
    """How well each typed word is found among the words of a name, 0 to 100, weighted by its length."""
    best = [max((fuzz.ratio(word, other) for other in words), default=0.0) for word in typed]
    letters = sum(map(len, typed))
    return sum(score * len(word) for score, word in zip(best, typed, strict=True)) / letters if letters else 0.0


def _reason(query: CustomerQuery, tier: Tier) -> tuple[Reason, str]:
    return {
        Tier.EXACT_NAME: (Reason.SAME_NAME, "same name"),
        Tier.EXACT_NUMBER: (Reason.SAME_NUMBER, "same customer number"),
        Tier.OTHER_CAPITALS: (Reason.OTHER_CAPITALS, "same name in other capitals"),
        Tier.NORMALISED: (Reason.WRITTEN_DIFFERENTLY, "same name, written differently"),
        Tier.SAME_WORDS: (Reason.SAME_WORDS, "same words in another order"),
        Tier.BEGINNING: (Reason.STARTS_WITH, f"name starts with {quoted(query.text)}"),
        Tier.CONTAINED: (Reason.CONTAINS, f"name contains {quoted(query.text)}"),
    }[tier]


def _similar(scored: _Scored) -> Match:
    return _match(scored.hit, Reason.SIMILAR, "similar name")


def _match(hit: CustomerHit, reason: Reason, why: str) -> Match:
    return Match(kind="customer", record_id=hit.id, label=hit.name, reason=reason, why=why, number=hit.number)
