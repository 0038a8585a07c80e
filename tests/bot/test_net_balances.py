from datetime import date
from decimal import Decimal

from bot.reading.net_balances import BaseTotal, NetBalance, base_total, net_balances
from store.money import Money
from store.receipts import Unapplied
from tests.views.make import make_aging, usd

NOV_20, NOV_21 = date(2026, 11, 20), date(2026, 11, 21)


def eur(minor: int) -> Money:
    return Money(currency="EUR", minor=minor)


def net_of(amount: Money) -> NetBalance:
    nothing = Money(currency=amount.currency, minor=0)
    others = ("invoice_credit", "payments", "credits", "deposits", "adjustments")
    return NetBalance(gross=amount, **dict.fromkeys(others, nothing))


class TestNetBalances:
    def test_all_that_is_unapplied_lowers_what_is_open_but_deposits(self) -> None:
        spare = Unapplied(payments=usd(30), credits=usd(5), deposits=usd(1_000))
        [found] = net_balances([make_aging(100, 23, credit=3)], [spare])
        assert (found.gross, found.net, found.deposits) == (usd(123), usd(85), usd(1_000))

    def test_currencies_are_never_added(self) -> None:
        spare = Unapplied(payments=eur(30), credits=eur(0), deposits=eur(0))
        found = net_balances([make_aging(100)], [spare])
        assert [each.net for each in found] == [usd(100), eur(-30)]


class TestBaseTotal:
    def test_names_the_days_of_its_rates_and_rounds_once(self) -> None:
        balances = [net_of(usd(100)), net_of(eur(333)), net_of(Money(currency="JPY", minor=1000))]
        rates = {"EUR": (Decimal("1.155"), NOV_20), "JPY": (Decimal("0.0065"), NOV_21)}
        # 1.00 + 3.84615 + 6.5
        assert base_total(balances, "USD", rates) == BaseTotal(net=usd(1135), oldest=NOV_20, newest=NOV_21)

    def test_without_a_rate_there_is_no_total(self) -> None:
        assert base_total([net_of(usd(100)), net_of(eur(333))], "USD", {}) is None

    def test_one_currency_needs_none(self) -> None:
        assert base_total([net_of(eur(333)), net_of(usd(0))], "USD", {"EUR": (Decimal(1), NOV_20)}) is None
