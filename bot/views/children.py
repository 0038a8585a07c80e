"""A customer's children with what each owes by itself: none of it is in the parent's figures."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, money
from bot.views.parts import Span, lines, words
from bot.views.text import literal
from store.customers import Customer
from store.money import Money

MAX_CHILDREN = 5
_MAX_NAME = 40
_MAX_CURRENCIES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A customer below the one on the card; `open_balances` has one amount per currency, the largest first."""

    customer: Customer
    open_balances: tuple[Money, ...] = ()


def children_block(children: tuple[Child, ...], more: int, place: Place) -> list[Block]:
    """A title and a line for each of the first five; `more` counts those that were not read."""
    shown = children[:MAX_CHILDREN]
    if not shown:
        return []
    rows = [[words(f"{literal(child.customer.name, _MAX_NAME)} · {_owed(child, place)}")] for child in shown]
    hidden = len(children) - len(shown) + more
    rest: list[list[Span]] = [[words(f"…+{hidden:,} more")]] if hidden else []
    return [lines("children", [[words("Children", bold=True), words(" · not included above")], *rows, *rest])]


def _owed(child: Child, place: Place) -> str:
    amounts = [money(amount, place) for amount in child.open_balances[:_MAX_CURRENCIES]]
    hidden = len(child.open_balances) - len(amounts)
    return ", ".join([*amounts, *([f"…+{hidden:,} more"] if hidden else [])]) or "nothing open"
