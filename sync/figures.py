"""What customers owe, written into fields of the accounts that they are in a CRM: after each pull, and only changes."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from store.account_figures import (
    AccountFigures,
    SentFigures,
    figures_page,
    forget_sent,
    keep_sent,
    keep_trouble,
    left_accounts,
    nothing_sent,
    sent_of,
    shows_figures,
)
from store.db import ReadConnection, Store
from store.exchange_rates import base_currencies, rate_on
from store.leases import release_lease, take_lease
from store.money import Money, exponent
from store.records import RecordId
from sync.connecting import TakesFigures
from sync.connector import Source
from sync.errors import SourceError
from sync.job import Clock

# Accounts whose figures are told at a time.
PAGE = 200
_LASTING = timedelta(minutes=10)
_SEVERAL = "the customer owes in several currencies, and a rate between them is not known"
_log = structlog.get_logger(__name__)

# By the names of an account's fields; None empties one.
_Values: TypeAlias = Mapping[str, Decimal | None]
_Total: TypeAlias = Callable[[Sequence[Money]], Decimal | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Due:
    """What an account was sent before, what it is to show, and what is written for that; None shows what it does."""

    before: SentFigures
    values: _Values | None
    written: _Values


@dataclass(kw_only=True, slots=True)
class _Rates:
    """What a unit of each currency is worth in the one currency that figures are told in; None for the customer's."""

    into: str | None
    today: date
    known: dict[str, Decimal | None]

    async def learn(self, conn: ReadConnection, figures: Sequence[AccountFigures]) -> None:
        codes = {money.currency for each in figures for money in each.outstanding}
        for code in codes - self.known.keys():
            self.known[code] = await self._rate(conn, code)

    async def _rate(self, conn: ReadConnection, code: str) -> Decimal | None:
        if self.into is None or code == self.into:
            return Decimal(1)
        found = await rate_on(conn, base=self.into, currency=code, day=self.today)
        return found[0] if found else None

    def total(self, amounts: Sequence[Money]) -> Decimal | None:
        """All of them as one amount; None when there is no rate for one of them."""
        codes = {money.currency for money in amounts}
        if self.into is None and len(codes) > 1:
            return None
        total = Decimal(0)
        for money in amounts:
            rate = self.known.get(money.currency)
            if rate is None:
                return None
            total += money.decimal * rate
        decimals = exponent(self.into or next(iter(codes), ""))
        return total.quantize(Decimal(1).scaleb(-decimals))


async def send_figures(sources: Sequence[Source], store: Store, *, clock: Clock, zone: ZoneInfo) -> None:
    """Bring the accounts of every CRM up to date whose settings map figures to fields; what is past due, `zone` says.

    A field that the settings name no more is emptied. Of trouble `tesorio status` tells, and the next pull tries again.
    """
    for source in sources:
        if not isinstance(source, TakesFigures) or not await _has_any(source, store):
            continue
        sending = _Sending(source, store, clock, clock().astimezone(zone).date())
        try:
            trouble = await sending.all()
        except SourceError as error:
            trouble = str(error)
            _log.warning("figures.not_sent", source=source.name, reason=trouble)
        finally:
            await sending.release()
        async with store.write() as conn:
            await keep_trouble(conn, source.name, trouble)


async def _has_any(source: TakesFigures, store: Store) -> bool:
    """Whether there are figures to show, or some that are shown still."""
    if source.figure_fields:
        return True
    async with store.read() as conn:
        return await shows_figures(conn, source.name)


class _Sending:
    def __init__(self, source: TakesFigures, store: Store, clock: Clock, today: date) -> None:
        self._source, self._store, self._clock, self._today = source, store, clock, today
        self._turn, self._holder = f"figures-{source.name}", uuid4().hex
        self._writable: frozenset[str] = frozenset()
        self._fields: Mapping[str, str] = {}

    async def release(self) -> None:
        """Let others send."""
        async with self._store.write() as conn:
            await release_lease(conn, self._turn, self._holder)

    async def _is_ours(self) -> bool:
        """Whether no other program sends, as long as a page may take."""
        async with self._store.write() as conn:
            lease = await take_lease(conn, self._turn, self._holder, now=self._clock(), lasting=_LASTING)
        return lease is not None

    async def all(self) -> str:
        """Page by page, so that memory does not grow with the ledger; no further once another program sends.

        What keeps figures from fields of every account, «» for nothing.
        """
        self._writable = await self._source.writable_fields()
        wanted = self._source.figure_fields
        self._fields = {name: field for name, field in wanted.items() if field in self._writable}
        async with self._store.read() as conn:
            bases = await base_currencies(conn)
        into = self._source.figure_currency or (bases[0] if len(bases) == 1 else None)
        rates, after = _Rates(into=into, today=self._today, known={}), ""
        while (is_ours := await self._is_ours()) and (figures := await self._page(after)):
            async with self._store.read() as conn:
                await rates.learn(conn, figures)
                known = await sent_of(conn, [each.account_id for each in figures])
            await self._send([self._due(each, known, rates) for each in figures])
            after = figures[-1].account_id
        if is_ours:
            await self._empty_left()
        missing = sorted(set(wanted.values()) - self._writable)
        return f"no field of accounts that may be written to: {', '.join(missing)}" if missing else ""

    async def _page(self, after: str) -> tuple[AccountFigures, ...]:
        async with self._store.read() as conn:
            return await figures_page(conn, self._source.name, after=after, limit=PAGE, today=self._today)

    def _due(self, figures: AccountFigures, known: Mapping[RecordId, SentFigures], rates: _Rates) -> _Due:
        before = known.get(figures.account_id, nothing_sent(figures, self._source.name))
        values = values_of(figures, self._fields, rates.total)
        if values is None:
            return _Due(before=replace(before, failure=_SEVERAL), values=None, written={})
        is_known = before.values_json == told(values) and not before.failure
        written = {**self._blank(before, besides=values), **values}
        return _Due(before=before, values=None if is_known else values, written=written)

    def _blank(self, shown: SentFigures, *, besides: Collection[str] = ()) -> _Values:
        """Nothing for each field that shows something of ours, as far as it is there still."""
        names = json.loads(shown.values_json).keys() & self._writable
        return dict.fromkeys(sorted(names.difference(besides)))

    async def _send(self, due: Sequence[_Due]) -> None:
        changed = [each for each in due if each.values is not None]
        outcome = await self._written([(each.before.source_id, each.written) for each in changed])
        now = self._clock()
        kept = [
            replace(each.before, failure=failure) if failure else _arrived(each.before, each.values or {}, now)
            for each, failure in zip(changed, outcome, strict=True)
        ]
        kept += [each.before for each in due if each.values is None and each.before.failure == _SEVERAL]
        async with self._store.write() as conn:
            await keep_sent(conn, kept)

    async def _written(self, items: Sequence[tuple[str, _Values]]) -> tuple[str, ...]:
        """Why each account did not take its values; one that has none to take did."""
        told = [item for item in items if item[1]]
        failures = iter(await self._source.write_figures(told) if told else ())
        return tuple(next(failures) if values else "" for _, values in items)

    async def _empty_left(self) -> None:
        """What an account shows of a customer that it is no more goes; what cannot be emptied is tried next time."""
        while True:
            async with self._store.read() as conn:
                left = await left_accounts(conn, self._source.name, limit=PAGE)
            if not left:
                return
            outcome = await self._written([(each.source_id, self._blank(each)) for each in left])
            done = [each.account_id for each, failure in zip(left, outcome, strict=True) if not failure]
            failed = [replace(each, failure=why) for each, why in zip(left, outcome, strict=True) if why]
            async with self._store.write() as conn:
                await forget_sent(conn, done)
                await keep_sent(conn, failed)
            if failed:
                return


def values_of(figures: AccountFigures, fields: Mapping[str, str], total: _Total) -> _Values | None:
    """The value of each field that is mapped; None when an amount cannot be told in one currency."""
    amounts = {"outstanding": figures.outstanding, "past_due": figures.past_due}
    found: dict[str, Decimal | None] = {
        "open_invoices": Decimal(figures.open_invoices),
        "past_due_invoices": Decimal(figures.past_due_invoices),
        "average_payment_delay": figures.average_payment_delay,
        **{name: total(amounts[name]) for name in amounts if name in fields},
    }
    if any(found[name] is None for name in amounts if name in fields):
        return None
    return {fields[name]: found[name] for name in sorted(fields)}


def told(values: _Values) -> str:
    """Values as they are compared with what was sent before."""
    return json.dumps({name: None if value is None else f"{value:f}" for name, value in values.items()}, sort_keys=True)


def _arrived(before: SentFigures, values: _Values, at: datetime) -> SentFigures:
    return replace(before, values_json=told(values), sent_at=at, failure="")
