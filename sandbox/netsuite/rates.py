"""getCurrencyRate: the rates in force on a day, for a base currency, a currency, both or all."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from lxml import etree

from sandbox.ledger import Kind
from sandbox.ledger.company import ExchangeRate
from sandbox.netsuite.criteria import parsed_instant
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, status
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.records.writer import Writer, reference


def get_currency_rate(request: Request, desk: Desk, at: datetime) -> Iterator[str]:
    desk.permissions.check_reading("currencyRate")
    asked = {etree.QName(part).localname: part for part in request.body[0]}
    sent = asked.get("effectiveDate")
    instant = at if sent is None else parsed_instant((sent.text or "").strip())
    day = desk.writer.calendar.user_day(instant)
    base, other = (_currency(asked.get(name), desk.writer) for name in ("baseCurrency", "fromCurrency"))
    found = [
        rate
        for rate in in_force(desk.ledger.records(Kind.EXCHANGE_RATE).values(), day)
        if base in {None, rate.base_currency} and other in {None, rate.currency}
    ]
    rates = "".join(_rate(rate, desk.writer) for rate in found)
    yield (
        f"<platformCore:getCurrencyRateResult>{status()}<platformCore:currencyRateList>{rates}"
        "</platformCore:currencyRateList></platformCore:getCurrencyRateResult>"
    )


def in_force(rates: Iterable[ExchangeRate], day: date) -> list[ExchangeRate]:
    """The newest rate of each pair that is not after the day."""
    newest: dict[tuple[str, str], ExchangeRate] = {}
    for rate in sorted(rates, key=lambda rate: (rate.effective_date, rate.id)):
        if rate.effective_date <= day:
            newest[rate.base_currency, rate.currency] = rate
    return list(newest.values())


def _currency(sent: etree._Element | None, writer: Writer) -> str | None:
    if sent is None:
        return None
    asked = sent.get("internalId", "")
    for code, currency_id in writer.currency_ids.items():
        if str(currency_id) == asked:
            return code
    raise RefusalError("RCRD_DSNT_EXIST", "That currency does not exist.")


def _rate(rate: ExchangeRate, writer: Writer) -> str:
    return (
        f"<platformCore:currencyRate>{reference('platformCore:baseCurrency', writer.currencies[rate.base_currency])}"
        f"{reference('platformCore:fromCurrency', writer.currencies[rate.currency])}"
        f"<platformCore:exchangeRate>{rate.rate.normalize():f}</platformCore:exchangeRate>"
        f"<platformCore:effectiveDate>{writer.calendar.day(rate.effective_date)}</platformCore:effectiveDate>"
        "</platformCore:currencyRate>"
    )
