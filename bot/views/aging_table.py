"""The five aging buckets as a small table, and the same in text where a client or workspace refuses tables."""

from slack_sdk.models.blocks import Block, RawTextObject, TableBlock

from bot.views.amounts import Place, money
from bot.views.parts import lines, words
from bot.views.text import literal
from store.aging import Aging
from store.money import Money

# More columns would not fit beside each other on a telephone.
MAX_CURRENCIES = 4
BUCKETS = ("Current", "1-30 days", "31-60 days", "61-90 days", "Over 90 days")
_MAX_CODE = 8


def aging_table(aging: tuple[Aging, ...], place: Place) -> list[Block]:
    """One row per bucket and one column per currency: narrow enough for a telephone, the oldest bucket in sight."""
    shown = _with_something_open(aging)
    if not shown:
        return []
    columns = [[cell_or_dash(amount, place) for amount in amounts_of(each)] for each in shown]
    rows = [_row("Aging", *_titles(shown)), *(_row(*cells) for cells in zip(BUCKETS, *columns, strict=True))]
    settings = [{"align": "left"}, *({"align": "right"} for _ in shown)]
    return [TableBlock(block_id="aging", rows=rows, column_settings=settings)]


def aging_text(aging: tuple[Aging, ...], place: Place) -> list[Block]:
    """The same figures, a line per bucket."""
    shown = _with_something_open(aging)
    if not shown:
        return []
    columns = [amounts_of(each) for each in shown]
    return [
        lines(
            "aging",
            [
                [words(f"{bucket}: ", bold=True), words(", ".join(cell_or_dash(amount, place) for amount in amounts))]
                for bucket, *amounts in zip(BUCKETS, *columns, strict=True)
            ],
        )
    ]


def cell_or_dash(amount: Money, place: Place) -> str:
    """The amount, or a dash for zero: what is there stands out."""
    return money(amount, place) if amount.minor else "-"


def _with_something_open(aging: tuple[Aging, ...]) -> tuple[Aging, ...]:
    return tuple(each for each in aging if each.open_balance.minor)[:MAX_CURRENCIES]


def _titles(shown: tuple[Aging, ...]) -> list[str]:
    if len(shown) == 1:
        return ["Open balance"]
    return [literal(each.currency, _MAX_CODE) for each in shown]


def amounts_of(aging: Aging) -> tuple[Money, ...]:
    return (aging.current, aging.days_1_30, aging.days_31_60, aging.days_61_90, aging.over_90)


def _row(*cells: str) -> list[RawTextObject]:
    return [RawTextObject(text=cell) for cell in cells]
