"""Net beside gross on a customer's card: which payments and credits lower what is owed, and by how much."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.reading.net_balances import BaseTotal, NetBalance
from bot.views.amounts import Place, day, money, negated
from bot.views.names import MAX_NAME
from bot.views.parts import Span, small_print, words
from bot.views.text import esc, escaped
from store.money import Money
from store.receipts import Unapplied
from store.tie_out import Difference

_MAX_CURRENCIES = 4
GROSS_ONLY = "Open invoices only; credits and unapplied payments are not subtracted."
GROSS_IS_NET = "Open invoices; no payment or credit is unapplied."
GROSS_AND_NET = "Open balance is gross; net is after unapplied payments and credits."
GROSS_AND_ADJUSTED = "Open balance is gross; net is after unapplied payments, credits, refunds and journal entries."


def net_line(balance: NetBalance, place: Place) -> list[Span]:
    """«Net $950.00 · after $200.00 unapplied payments and $50.00 unapplied credits»."""
    return [words(_net_words(balance.net, place), bold=True), words(f" · after {_less_words(balance, place)}")]


def deposit_line(balance: NetBalance, place: Place) -> list[Span]:
    """«$300.00 customer deposits, not subtracted»."""
    return [words(f"{money(balance.deposits, place)} customer deposits, not subtracted")]


def total_line(total: BaseTotal, place: Place) -> list[Span]:
    """«All currencies: about net $12,345.67, at rates of 20 Nov 2026»."""
    net = _net_words(total.net, place)
    said = f"about {net[0].lower()}{net[1:]}, at {_rates_words(total, place)}"
    return [words("All currencies:", bold=True), words(f" {said}")]


def difference_block(differences: Sequence[Difference], source: str, place: Place) -> list[Block]:
    """A quiet line where the source's own balance is another than ours; nothing where they agree."""
    told = [_difference_words(each, place) for each in differences[:_MAX_CURRENCIES]]
    if not told:
        return []
    says = f"{esc(source, MAX_NAME)} itself says {' and '.join(told)}"
    return [small_print("tie_out", f"{says}. The figures above are what its open items come to.")]


def _difference_words(difference: Difference, place: Place) -> str:
    """«net $1,050.00, $50.00 more»."""
    amount = difference.amount
    more = f"{money(amount, place)} more" if amount.minor > 0 else f"{money(negated(amount), place)} less"
    return escaped(f"net {money(difference.balance, place)}, {more}")


def net_sentence(balance: NetBalance, place: Place) -> str:
    """«; net $950.00 after $200.00 unapplied payments»: goes on from what is owed."""
    net = _net_words(balance.net, place)
    return f"; {net[0].lower()}{net[1:]} after {_less_words(balance, place)}"


def spare_words(unapplied: Sequence[Unapplied], place: Place) -> str:
    """«$200.00 payments, $50.00 credits, €10.00 deposits»: what settles nothing yet."""
    named = ((each, what) for each in unapplied[:_MAX_CURRENCIES] for what in ("payments", "credits", "deposits"))
    shown = [(getattr(each, what), what) for each, what in named]
    return escaped(", ".join(f"{money(amount, place)} {what}" for amount, what in shown if amount.minor))


def _net_words(net: Money, place: Place) -> str:
    if net.minor < 0:
        return f"Net {money(negated(net), place)} in their favor"
    return f"Net {money(net, place)}"


def _less_words(balance: NetBalance, place: Place) -> str:
    parts = (
        (balance.payments, "unapplied payments"),
        (balance.credits, "unapplied credits"),
        (balance.invoice_credit, "credit on invoices"),
    )
    said = [f"{money(amount, place)} {what}" for amount, what in parts if amount.minor]
    *most, last = [*said, *_adjusted_words(balance.adjustments, place)]
    return f"{', '.join(most)} and {last}" if most else last


def _adjusted_words(adjustments: Money, place: Place) -> list[str]:
    """«$30.00 added by refunds and journal entries»."""
    if not adjustments.minor:
        return []
    done = "added" if adjustments.minor > 0 else "taken off"
    amount = adjustments if adjustments.minor > 0 else negated(adjustments)
    return [f"{money(amount, place)} {done} by refunds and journal entries"]


def _rates_words(total: BaseTotal, place: Place) -> str:
    newest = day(total.newest, place)
    return f"rates of {newest}" if total.oldest == total.newest else f"rates of {day(total.oldest, place)} to {newest}"
