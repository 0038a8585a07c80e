"""A customer at a glance: what is owed, how much of it is past due, since when."""

from dataclasses import dataclass, replace

from slack_sdk.models.blocks import ButtonElement

from bot.reading.net_balances import BaseTotal, NetBalance
from bot.views.aging_table import MAX_CURRENCIES, aging_table, aging_text
from bot.views.amounts import Place, counted, day, money, more_currencies
from bot.views.card import Card, acting_buttons, framed, reading_buttons, refresh_button, sentence
from bot.views.children import Child, children_block
from bot.views.names import MAX_NAME, MAX_NUMBER, customer_name, masked_email
from bot.views.net_balance import (
    GROSS_AND_ADJUSTED,
    GROSS_AND_NET,
    GROSS_IS_NET,
    GROSS_ONLY,
    deposit_line,
    difference_block,
    net_line,
    net_sentence,
    total_line,
)
from bot.views.oldest_invoices import oldest_invoices
from bot.views.parts import Message, Span, button, fits, message, record_link, words
from bot.views.settlements import receipt_name
from bot.views.text import literal
from bot.views.values import RecordRef
from store.aging import Aging
from store.contacts import Contact
from store.customers import Customer
from store.invoices import Invoice
from store.receipts import Receipt
from store.tie_out import Difference

_MAX_IN_HEADLINE = 2
# What is left of each list where names and numbers are so long that Slack would refuse the whole.
_FEW = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerCard(Card):
    """All that the card shows.

    `aging` has one entry per currency, the largest open balance first; `oldest_open` the open invoices, the longest
    due first. `more_children` counts those beyond `children`, whose balances are not in `aging`. Where
    others may read along, `is_contact_masked` keeps the contact's telephone and most of the e-mail address back;
    `is_table_refused` writes the aging as text. `balances` are net ones by currency, None while payments and credits
    have not been read; `base_total` is theirs in one currency, where there are several and rates are known;
    `differences` are those to the source's own balances.
    """

    customer: Customer
    aging: tuple[Aging, ...] = ()
    balances: tuple[NetBalance, ...] | None = None
    base_total: BaseTotal | None = None
    differences: tuple[Difference, ...] = ()
    last_payment: Receipt | None = None
    has_receipts: bool = False
    oldest_open: tuple[Invoice, ...] = ()
    parent: Customer | None = None
    children: tuple[Child, ...] = ()
    more_children: int = 0
    contact: Contact | None = None
    is_contact_masked: bool = True
    is_table_refused: bool = False


def customer_card(card: CustomerCard) -> Message:
    """The card, ready for Slack; its simpler blocks write the aging as text."""
    drawn = _drawn(card)
    if not fits(drawn):
        fewer = card.more_children + len(card.children[_FEW:])
        card = replace(card, oldest_open=card.oldest_open[:_FEW], children=card.children[:_FEW], more_children=fewer)
        drawn = _drawn(card)
    if card.is_table_refused or not card.aging:
        return drawn
    return replace(drawn, simpler_blocks=_drawn(replace(card, is_table_refused=True)).blocks)


def _drawn(card: CustomerCard) -> Message:
    shown = RecordRef(kind="customer", record_id=card.customer.id)
    aging = aging_text if card.is_table_refused else aging_table
    total = sum(aging.open_invoices for aging in card.aging)
    blocks = framed(
        card,
        shown,
        headline=_headline(card),
        summary=[_identity(card), *_balances(card)],
        scope=_scope(card),
        body=[
            *difference_block(card.differences, card.provenance.source, card.place),
            *aging(card.aging, card.place),
            *oldest_invoices(card.oldest_open, card.place, total=total),
            *children_block(card.children, card.more_children, card.place),
        ],
        known=_facts(card),
        buttons=_buttons(card, shown),
    )
    return message(sentence(card, _answer(card)), blocks)


def _headline(card: CustomerCard) -> str:
    name = customer_name(card.customer)
    owed = [aging.open_balance for aging in card.aging if aging.open_balance.minor > 0]
    credit = [aging.credit for aging in card.aging if aging.credit.minor > 0]
    if len(owed) > _MAX_IN_HEADLINE:
        return f"{name} owes in {len(owed)} currencies"
    if owed:
        return f"{name} owes {' and '.join(money(amount, card.place) for amount in owed)}"
    if credit:
        return f"{name} has a credit of {money(credit[0], card.place)}"
    return f"{name} owes nothing"


def _identity(card: CustomerCard) -> list[Span]:
    customer, source = card.customer, literal(card.provenance.source, MAX_NAME)
    number = literal(customer.number, MAX_NUMBER) if customer.number else f"Customer in {source}"
    marks = [
        (customer.deleted_at is not None, f"Deleted in {source}"),
        (customer.is_inactive, "Inactive"),
        (customer.on_credit_hold is True, "⚠️ On credit hold"),
    ]
    spans = [record_link(number, customer.url)]
    for is_set, text in marks:
        spans += [words(" · "), words(text, bold=True)] if is_set else []
    return spans


def _balances(card: CustomerCard) -> list[list[Span]]:
    rows = [_balance(aging, card.place) for aging in card.aging[:MAX_CURRENCIES]]
    hidden = len(card.aging) - len(rows)
    rows += [[words(f"…+{more_currencies(hidden)}")]] if hidden else []
    known = card.balances or ()
    rows += [net_line(each, card.place) for each in _with_unapplied(known)[:MAX_CURRENCIES]]
    rows += [deposit_line(each, card.place) for each in known if each.deposits.minor][:MAX_CURRENCIES]
    return [*rows, total_line(card.base_total, card.place)] if card.base_total else rows


def _with_unapplied(balances: tuple[NetBalance, ...]) -> list[NetBalance]:
    return [each for each in balances if each.payments.minor or each.credits.minor or each.adjustments.minor]


def _scope(card: CustomerCard) -> str:
    if card.balances is None:
        return GROSS_ONLY
    if any(each.adjustments.minor for each in card.balances):
        return GROSS_AND_ADJUSTED
    return GROSS_AND_NET if _with_unapplied(card.balances) else GROSS_IS_NET


def _balance(aging: Aging, place: Place) -> list[Span]:
    credit = _credit_words(aging, place)
    if credit and aging.open_balance.minor == 0:
        return [words(credit, bold=True)]
    return [
        words(_past_due_words(aging, place), bold=True),
        words(f" · {money(aging.open_balance, place)} open balance"),
        words(f" · {counted(aging.open_invoices, 'open invoice')}"),
        *([words(f" · {credit}")] if credit else []),
    ]


def _credit_words(aging: Aging, place: Place) -> str:
    return f"{money(aging.credit, place)} credit on invoices" if aging.credit.minor > 0 else ""


def _past_due_words(aging: Aging, place: Place) -> str:
    return (
        f"{money(aging.past_due_balance, place)} past due" if aging.past_due_balance.minor > 0 else "Nothing past due"
    )


def _facts(card: CustomerCard) -> list[tuple[str, str | None]]:
    customer = card.customer
    return [
        ("Terms", customer.payment_terms),
        ("Last payment", _payment_words(card)),
        ("Credit limit", money(customer.credit_limit, card.place) if customer.credit_limit else None),
        ("Parent", card.parent.name if card.parent else None),
        ("Primary contact", _contact_words(card)),
        ("Sales rep", customer.sales_rep),
        ("Account manager", customer.account_manager),
    ]


def _payment_words(card: CustomerCard) -> str | None:
    paid = card.last_payment
    if paid is None or paid.received_on is None:
        return None
    return f"{money(paid.total, card.place)} on {day(paid.received_on, card.place)} · {receipt_name(paid)}"


def _contact_words(card: CustomerCard) -> str | None:
    contact = card.contact
    if contact is None:
        return None
    if card.is_contact_masked:
        return " · ".join(filter(None, (contact.name, masked_email(contact.email))))
    return " · ".join(filter(None, (contact.name, contact.email, contact.phone)))


def _buttons(card: CustomerCard, shown: RecordRef) -> list[ButtonElement]:
    parent = RecordRef(kind="customer", record_id=card.parent.id) if card.parent else None
    return [
        *acting_buttons(card, shown),
        *(button("Open invoices", "invoices.open", shown) if card.oldest_open else []),
        *(button("Payments", "payments.open", shown) if card.has_receipts else []),
        *reading_buttons(card, shown),
        *(button("Contacts", "contacts.open", shown) if card.contact else button("Add contact", "contact.add", shown)),
        *(button("Parent's card", "lookup.open", parent) if parent else []),
        *refresh_button(shown),
    ]


def _answer(card: CustomerCard) -> str:
    shown = card.aging[:MAX_CURRENCIES]
    owed = [_owed_words(aging, card.place) for aging in shown if aging.open_balance.minor > 0]
    answer = f"{customer_name(card.customer)} owes {', and '.join(owed)}" if owed else _headline(card)
    credit = "".join(f"; {_credit_words(aging, card.place)}" for aging in shown if owed and aging.credit.minor > 0)
    net = "".join(net_sentence(each, card.place) for each in _with_unapplied(card.balances or ())[:MAX_CURRENCIES])
    hold = ", on credit hold" if card.customer.on_credit_hold else ""
    return f"{answer}{credit}{net}{hold}"


def _owed_words(aging: Aging, place: Place) -> str:
    past_due = money(aging.past_due_balance, place) if aging.past_due_balance.minor > 0 else "nothing"
    return f"{money(aging.open_balance, place)}, of which {past_due} is past due"
