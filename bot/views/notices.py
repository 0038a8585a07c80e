"""News as messages: one that tells one thing, one that tells many, and the digest of a day or a week."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElement,
    RichTextQuoteElement,
)

from bot.views.aging_table import aging_table, aging_text
from bot.views.amounts import Place, counted, day, lateness, money
from bot.views.names import MAX_NAME, customer_name, invoice_number
from bot.views.parts import Message, Span, button, buttons_row, fits, lines, message, paragraph, small_print, words
from bot.views.text import esc, literal
from bot.views.values import RecordRef
from store.aging import Aging
from store.customers import Customer
from store.invoices import Invoice
from store.money import Money
from store.portfolio import owner_of
from store.subscriptions import NewsKind

CHANGE_IT = "To change this: /tesorio subscriptions"
_MAX_QUOTE = 300
_MAX_TROUBLE = 300
_MAX_LINE_QUOTE = 80
# Of each kind of news, and where names are so long that Slack would refuse the whole.
ROWS, _FEW_ROWS = 8, 2
_TITLES: Mapping[NewsKind, str] = {
    NewsKind.PAST_DUE: "Newly past due",
    NewsKind.PAYMENT: "Payments",
    NewsKind.LARGE_INVOICE: "Large invoices",
    NewsKind.CREDIT_LIMIT: "Over the credit limit",
    NewsKind.ERP_NOTE: "Notes in the ERP",
    NewsKind.SYNC_TROUBLE: "Sync trouble",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeView:
    """One piece of news: its record as it is now, and what the news itself says (`store.notices.Notice`).

    `source` is the system as people call it, `manager` the Slack user of the customer's account manager, who is called.
    """

    kind: NewsKind
    source: str
    invoice: Invoice | None = None
    customer: Customer | None = None
    amount: Money | None = None
    text: str = ""
    manager: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestView:
    """Many pieces of news; `title` is the answer in a sentence of our own. `aging` is what the whole is owed, if asked.

    `counts` says how many there are of a kind where `news` has but the first. `is_table_refused` writes the aging as
    text.
    """

    title: str
    news: tuple[NoticeView, ...] = ()
    counts: Mapping[NewsKind, int] = field(default_factory=dict)
    aging: tuple[Aging, ...] | None = None
    is_table_refused: bool = False


def notice_message(view: NoticeView, place: Place) -> Message:
    """A message about one thing, with the buttons to look at it and to answer."""
    told = _HEADLINES[view.kind](view, place)
    quote = [_quote(view.text)] if view.kind is NewsKind.ERP_NOTE else []
    blocks = [lines("news", [[words(told, bold=True)]]), *quote, _origin(view), *_buttons(view)]
    spoken = f"{told}: {literal(view.text, _MAX_QUOTE)}" if quote else told
    return message(spoken, blocks)


def digest_message(view: DigestView, place: Place) -> Message:
    """A message about many things, by kind; its simpler blocks write the aging as text."""
    drawn = _digest(view, place, ROWS)
    rows = ROWS if fits(drawn) else _FEW_ROWS
    if rows != ROWS:
        drawn = _digest(view, place, rows)
    if not view.aging:
        return drawn
    return replace(drawn, simpler_blocks=_digest(replace(view, is_table_refused=True), place, rows).blocks)


def counted_news(number: int) -> str:
    """«1 update», «14 updates»."""
    return counted(number, "update")


def kind_title(kind: NewsKind) -> str:
    """How news of this kind is called."""
    return _TITLES[kind]


def _digest(view: DigestView, place: Place, rows: int) -> Message:
    by_kind = {kind: [each for each in view.news if each.kind is kind] for kind in _TITLES}
    counts = {kind: max(len(found), view.counts.get(kind, 0)) for kind, found in by_kind.items() if found}
    sections = [_section(kind, by_kind[kind], count, place, rows) for kind, count in counts.items()]
    spoken = ", ".join(f"{_TITLES[kind]}: {count}" for kind, count in counts.items())
    blocks = [lines("news", [[words(view.title, bold=True)]]), *_aging(view, place), *sections, _ways_on()]
    return message(f"{view.title}. {spoken}".strip(), blocks)


def _aging(view: DigestView, place: Place) -> list[Block]:
    if view.aging is None:
        return []
    drawn = (aging_text if view.is_table_refused else aging_table)(view.aging, place)
    return drawn or [paragraph("aging", "Nothing is open.")]


def _section(kind: NewsKind, found: Sequence[NoticeView], count: int, place: Place, rows: int) -> Block:
    told = [[words(f"• {_line(view, place)}")] for view in found[:rows]]
    more = [[words(f"+{count - len(told):,} more")]] if count > len(told) else []
    title: list[Span] = [words(f"{_TITLES[kind]} ({count:,})", bold=True)]
    return lines(f"news.{kind.value}", [title, *told, *more])


def _line(view: NoticeView, place: Place) -> str:
    told = _HEADLINES[view.kind](view, place)
    return f"{told}: {literal(view.text, _MAX_LINE_QUOTE)}" if view.kind is NewsKind.ERP_NOTE else told


def _past_due(view: NoticeView, place: Place) -> str:
    late = lateness(view.invoice.due_date, place.today) if view.invoice and view.invoice.due_date else "past due"
    open_balance = view.invoice.open_balance if view.invoice else view.amount
    owed = f": {money(open_balance, place)} open" if open_balance else ""
    return f"{_subject(view)} is {late}{owed}"


def _payment(view: NoticeView, place: Place) -> str:
    # What the balance went down by may have come as money or as a credit: the source's invoice does not say.
    paid = f" of {money(view.amount, place)}" if view.amount else ""
    left = view.invoice.open_balance if view.invoice else None
    rest = f"{money(left, place)} still open" if left and left.minor > 0 else "nothing is open on it any more"
    return f"Payment or credit{paid} on {_subject(view)}, {rest}"


def _large(view: NoticeView, place: Place) -> str:
    total = f" of {money(view.amount, place)}" if view.amount else ""
    due = view.invoice.due_date if view.invoice else None
    return f"New invoice{total}: {_subject(view)}" + (f", due {day(due, place)}" if due else "")


def _limit(view: NoticeView, place: Place) -> str:
    owes = f" owes {money(view.amount, place)}," if view.amount else " is"
    limit = view.customer.credit_limit if view.customer else None
    return f"{_subject(view)}{owes} above its credit limit" + (f" of {money(limit, place)}" if limit else "")


def _note(view: NoticeView, _place: Place) -> str:
    return f"New note in {literal(view.source, MAX_NAME)} on {_subject(view)}"


def _trouble(view: NoticeView, _place: Place) -> str:
    return literal(view.text, _MAX_TROUBLE)


_HEADLINES: Mapping[NewsKind, Callable[[NoticeView, Place], str]] = {
    NewsKind.PAST_DUE: _past_due,
    NewsKind.PAYMENT: _payment,
    NewsKind.LARGE_INVOICE: _large,
    NewsKind.CREDIT_LIMIT: _limit,
    NewsKind.ERP_NOTE: _note,
    NewsKind.SYNC_TROUBLE: _trouble,
}


def _subject(view: NoticeView) -> str:
    """«INV-12345 of ABC Inc», or what is known of it."""
    name = customer_name(view.customer) if view.customer else ""
    if view.invoice is None:
        return name or "A customer"
    return f"{invoice_number(view.invoice)} of {name}" if name else invoice_number(view.invoice)


def _quote(text: str) -> Block:
    quoted: list[RichTextElement] = [RichTextQuoteElement(elements=[words(literal(text, _MAX_QUOTE))])]
    return RichTextBlock(block_id="quote", elements=quoted)


def _origin(view: NoticeView) -> Block:
    owner = owner_of(view.invoice, view.customer)
    named = f"<@{view.manager}>" if view.manager.isalnum() else esc(owner, MAX_NAME) if owner else ""
    looked_after = f" · {named}" if named else ""
    return small_print("origin", f"{esc(view.source, MAX_NAME)}{looked_after} · {CHANGE_IT}")


def _ways_on() -> Block:
    return small_print("ways", f"/tesorio invoice NUMBER for a card · /tesorio overdue · {CHANGE_IT}")


def _buttons(view: NoticeView) -> list[Block]:
    ref = _ref(view)
    if ref is None:
        return []
    return buttons_row(
        "acts", [*button("Show card", "lookup.open", ref), *button("Reply to Tesorio", "reply.open", ref)]
    )


def _ref(view: NoticeView) -> RecordRef | None:
    if view.invoice is not None:
        return RecordRef(kind="invoice", record_id=view.invoice.id)
    return RecordRef(kind="customer", record_id=view.customer.id) if view.customer else None
