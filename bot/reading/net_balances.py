"""What a customer owes net: open invoices less what was paid and credited but settles nothing yet. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from store.aging import Aging
from store.money import Money, exponent
from store.receipts import Unapplied

Rate = tuple[Decimal, date]


@dataclass(frozen=True, kw_only=True, slots=True)
class NetBalance:
    """One currency. `gross` is what open invoices come to; the others are positive where they lower it.

    `invoice_credit` is what invoices with a negative open balance are worth. Deposits stand apart: they lower nothing.
    `adjustments` are of refunds and journal entries, above zero where they raise what is owed.
    """

    gross: Money
    invoice_credit: Money
    payments: Money
    credits: Money
    deposits: Money
    adjustments: Money

    @property
    def currency(self) -> str:
        return self.gross.currency

    @property
    def net(self) -> Money:
        return self.gross - self.invoice_credit - self.payments - self.credits + self.adjustments

    @property
    def differs(self) -> bool:
        """Whether net is another figure than gross, or would be but for amounts that cancel each other out."""
        return any(amount.minor for amount in (self.invoice_credit, self.payments, self.credits, self.adjustments))


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseTotal:
    """The net balances of all currencies in one, at rates that hold since `oldest` to `newest`."""

    net: Money
    oldest: date
    newest: date


def net_balances(
    aging: Sequence[Aging], unapplied: Sequence[Unapplied], adjustments: Sequence[Money] = ()
) -> tuple[NetBalance, ...]:
    """One for each currency of any, in the order of `aging`; those in which nothing is open come last."""
    owed, spare = {each.currency: each for each in aging}, {each.currency: each for each in unapplied}
    moved = {each.currency: each for each in adjustments}
    return tuple(_net(code, owed.get(code), spare.get(code), moved.get(code)) for code in {**owed, **spare, **moved})


def base_total(balances: Sequence[NetBalance], base: str, rates: Mapping[str, Rate]) -> BaseTotal | None:
    """The net balances in the base currency; None for less than two currencies, or when a rate is not known."""
    counted = [each.net for each in balances if each.net.minor]
    others = [amount.currency for amount in counted if amount.currency != base]
    if len(counted) < 2 or any(code not in rates for code in others):  # noqa: PLR2004 - one currency needs no total
        return None
    total = sum((amount.decimal * _rate(amount, base, rates) for amount in counted), Decimal())
    days = [rates[code][1] for code in others]
    minor = int(total.scaleb(exponent(base)).to_integral_value(rounding=ROUND_HALF_UP))
    return BaseTotal(net=Money(currency=base, minor=minor), oldest=min(days), newest=max(days))


def _rate(amount: Money, base: str, rates: Mapping[str, Rate]) -> Decimal:
    return Decimal(1) if amount.currency == base else rates[amount.currency][0]


def _net(code: str, aging: Aging | None, unapplied: Unapplied | None, adjusted: Money | None) -> NetBalance:
    nothing = Money(currency=code, minor=0)
    return NetBalance(
        gross=aging.open_balance if aging else nothing,
        invoice_credit=aging.credit if aging else nothing,
        payments=unapplied.payments if unapplied else nothing,
        credits=unapplied.credits if unapplied else nothing,
        deposits=unapplied.deposits if unapplied else nothing,
        adjustments=adjusted or nothing,
    )
