"""Where a card's figures come from and how old they are, on every card."""

from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, as_of
from bot.views.names import MAX_NAME
from bot.views.parts import small_print
from bot.views.text import esc, literal

_MAX_NOTICE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """`source` as people call it («NetSuite»), the instant at which its figures were read, and how that stands.

    `is_stale` says that they are older than this source's limit. `notice` is one plain sentence about a refresh,
    such as «NetSuite did not answer; these are the last known figures.».
    """

    source: str
    as_of: datetime
    is_stale: bool = False
    notice: str | None = None


def provenance_line(provenance: Provenance, place: Place, scope: str = "") -> Block:
    """«NetSuite · as of 09:12 EST, 22 Nov», with a badge when that is too long ago.

    `scope` is a sentence of our own about what the figures cover.
    """
    badge = "⚠️ *Stale* · " if provenance.is_stale else ""
    notice = f" · {esc(provenance.notice, _MAX_NOTICE)}" if provenance.notice else ""
    source = esc(provenance.source, MAX_NAME)
    covers = f" · {scope}" if scope else ""
    return small_print("provenance", f"{badge}{source} · {as_of(provenance.as_of, place)}{covers}{notice}")


def provenance_words(provenance: Provenance, place: Place) -> str:
    """The same for the text of a message: «(as of 09:12 EST, 22 Nov, NetSuite)»."""
    stale = ", stale" if provenance.is_stale else ""
    notice = f" {literal(provenance.notice, _MAX_NOTICE)}" if provenance.notice else ""
    return f"({as_of(provenance.as_of, place)}, {literal(provenance.source, MAX_NAME)}{stale}){notice}"
