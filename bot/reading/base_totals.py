"""One figure for a customer who owes in several currencies, at the newest rates that the store knows."""

from collections.abc import Sequence
from datetime import date

from bot.reading.net_balances import BaseTotal, NetBalance, Rate, base_total
from store.customers import Customer
from store.db import ReadConnection
from store.exchange_rates import base_currencies, rate_on
from store.subsidiaries import currency_of_subsidiary


async def base_total_of(
    conn: ReadConnection, customer: Customer, balances: Sequence[NetBalance], today: date
) -> BaseTotal | None:
    """The net balances in the base currency of the customer's subsidiary; None where a rate of today is not known."""
    codes = {each.currency for each in balances if each.net.minor}
    base = await _base(conn, customer) if len(codes) > 1 else None
    if base is None:
        return None
    rates: dict[str, Rate] = {}
    for code in codes - {base}:
        rate = await rate_on(conn, base=base, currency=code, day=today)
        if rate is not None:
            rates[code] = rate
    return base_total(balances, base, rates)


async def _base(conn: ReadConnection, customer: Customer) -> str | None:
    """Of a company with one base currency that one, else the subsidiary's."""
    known = await base_currencies(conn)
    if len(known) == 1:
        return known[0]
    return await currency_of_subsidiary(conn, customer.origin, customer.subsidiary) if customer.subsidiary else None
