"""A NetSuite account of any size, which holds but a small one: the same ledger over and over, each copy moved on.

What is searched for by the date of the last change is asked of the stand-in once, without the dates. Its records are
cut up where ids, numbers, names and that date stand, and put together again for each copy as they are asked for, page
by page. All else the stand-in answers itself.
"""

import re
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from benchmarks.processes import other_process
from benchmarks.suitetalk import Book, answering, asked, serve, settled
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.envelope import envelope, status

_PER_CUSTOMER = 20
# So many that no search finds more than one page of what belongs to them.
_CUSTOMERS = 40
_LARGEST_PAGE = b"1000"
_SPREAD = timedelta(days=5 * 365)
# Nothing in the small ledger is older.
_OLDEST = timedelta(days=10 * 365)
_FORMATS = {"at": b"%s", "name": b" %d"}
# How much higher these are in each copy than in the one before.
_STEPS = {"id": 10_000_000, "doc": 10_000_000, "number": 100_000, "name": 1}
# The ids of customers; whatever else is a customer's own has higher ones, and lists that all share have others.
_CUSTOMER_IDS = range(1001, 1001 + _CUSTOMERS)
_FIRST_OWN_ID = 100_000

_RECORD = re.compile(rb"<platformCore:record .*?</platformCore:record>", re.DOTALL)
_HOLE = re.compile(
    rb'(?<=internalId=")(?P<id>\d+)|(?<=:doc>)(?P<doc>\d+)|(?<=:lastModifiedDate>)(?P<at>[^<]+)'
    rb"|(?<=INV-|CUST|YMT-)(?P<number>\d+)|(?P<name>)(?=</\w+:companyName>)"
)
_WINDOW = re.compile(
    rb"<(\w+:lastModifiedDate) [^>]*>.*?>([^<]+)</\w+:searchValue>.*?>([^<]+)</\w+:searchValue2></\1>", re.DOTALL
)
_MORE = re.compile(rb":searchId>vast-(\d+)<.*?:pageIndex>(\d+)<", re.DOTALL)
_PAGE_SIZE = re.compile(rb"(?<=:pageSize>)\d+")
_PASSPORT = re.compile(rb"<(\w+:tokenPassport).*</\1>", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mould:
    """A record with holes: `text` is a format, `holes` are what is to be put in, as name and value in the first copy.

    `offset` is when it was changed, in seconds since its copy began.
    """

    offset: int
    text: bytes
    holes: tuple[tuple[str, int], ...]

    def cast(self, copy: int, began: datetime) -> bytes:
        at = f"{began + timedelta(seconds=self.offset):%Y-%m-%dT%H:%M:%SZ}".encode()
        return self.text % tuple(at if name == "at" else value + copy * _STEPS[name] for name, value in self.holes)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Search:
    """What one search finds: of all copies, one after the other, the records from `first` to before `last`."""

    moulds: tuple[_Mould, ...]
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Time:
    """When the copies were changed, one after the other, each within `seconds`."""

    since: datetime
    seconds: int
    copies: int

    def began(self, copy: int) -> datetime:
        return self.since + timedelta(seconds=copy * self.seconds)

    def before(self, moulds: tuple[_Mould, ...], moment: datetime) -> int:
        """How many records were changed before that."""
        copy, rest = divmod(int((moment - self.since).total_seconds()), self.seconds)
        if not 0 <= copy < self.copies:
            return 0 if copy < 0 else self.copies * len(moulds)
        return copy * len(moulds) + bisect_left(moulds, rest, key=lambda mould: mould.offset)


@asynccontextmanager
async def vast_account(folder: Path, invoices: int) -> AsyncIterator[dict[str, str]]:
    """The settings for an account that holds about so many invoices, and what belongs to them."""
    copies = max(1, invoices // (_CUSTOMERS * _PER_CUSTOMER))
    book = Book(customers=_CUSTOMERS, invoices_per_customer=_PER_CUSTOMER)
    async with other_process(serve, book, _vast, copies) as line, settled(line, folder) as environment:
        yield environment


@asynccontextmanager
async def _vast(server: NetSuiteStandIn, copies: int) -> AsyncIterator[str]:
    """The address of the account."""
    now = datetime.now(UTC).replace(microsecond=0)
    account = _Account(
        server, _Time(since=now - _SPREAD, seconds=int(_SPREAD.total_seconds()) // copies, copies=copies)
    )
    async with answering(account.answer) as address:
        yield address


class _Account:
    def __init__(self, server: NetSuiteStandIn, time: _Time) -> None:
        self._server, self._time = server, time
        self._moulds: dict[bytes, tuple[_Mould, ...]] = {}
        self._searches: list[_Search] = []

    async def answer(self, request: web.Request) -> bytes:
        body = await request.read()
        size, window = _PAGE_SIZE.search(body), _WINDOW.search(body)
        if size and (more := _MORE.search(body)):
            return self._page(int(more[1]), int(more[2]), int(size[0]))
        if size is None or window is None:
            return await asked(self._server, request, body)
        moulds = await self._of_one_copy(request, _PAGE_SIZE.sub(_LARGEST_PAGE, _WINDOW.sub(b"", body)))
        since, until = (datetime.fromisoformat(each.decode()) for each in window.group(2, 3))
        first, last = (self._time.before(moulds, each) for each in (since, until + timedelta(seconds=1)))
        self._searches.append(_Search(moulds=moulds, first=first, last=last))
        return self._page(len(self._searches) - 1, 1, int(size[0]))

    async def _of_one_copy(self, request: web.Request, body: bytes) -> tuple[_Mould, ...]:
        key = _PASSPORT.sub(b"", body)
        if key not in self._moulds:
            found = await asked(self._server, request, body)
            if b":totalPages>1<" not in found and b":totalRecords>0<" not in found:
                raise ValueError(f"one copy of the ledger is no page: {found[:1000]!r}")
            made = (_mould(record, self._time) for record in _RECORD.findall(found))
            self._moulds[key] = tuple(sorted(made, key=lambda mould: mould.offset))
        return self._moulds[key]

    def _page(self, number: int, index: int, size: int) -> bytes:
        search = self._searches[number]
        total, start = search.last - search.first, search.first + (index - 1) * size
        records = self._records(search, start, min(start + size, search.last))
        parts = (
            f"<platformCore:searchResult>{status()}<platformCore:totalRecords>{total}</platformCore:totalRecords>",
            f"<platformCore:pageSize>{size}</platformCore:pageSize>",
            f"<platformCore:totalPages>{-(-total // size)}</platformCore:totalPages>",
            f"<platformCore:pageIndex>{index}</platformCore:pageIndex>",
            f"<platformCore:searchId>vast-{number}</platformCore:searchId><platformCore:recordList>",
            b"".join(records).decode(),
            "</platformCore:recordList></platformCore:searchResult>",
        )
        return "".join(envelope("search", parts, version=self._server.version, request_id="vast")).encode()

    def _records(self, search: _Search, start: int, end: int) -> Iterator[bytes]:
        for nth in range(start, end):
            copy, at = divmod(nth, len(search.moulds))
            yield search.moulds[at].cast(copy, self._time.began(copy))


def _mould(record: bytes, time: _Time) -> _Mould:
    """The record with holes where it differs from copy to copy. Years in the small ledger are hours in a copy."""
    text, holes, end, offset = b"", [], 0, 0
    for found in _HOLE.finditer(record):
        name, value = str(found.lastgroup), found[0]
        if name == "at":
            age = (time.since + _SPREAD - datetime.fromisoformat(value.decode())) / _OLDEST
            offset = int((1 - min(max(age, 0.0), 1.0)) * (time.seconds - 1))
        elif name in {"id", "doc"} and not _is_own(int(value)):
            continue
        text += record[end : found.start()].replace(b"%", b"%%") + (_FORMATS.get(name, b"%d"))
        holes.append((name, int(value) if value.isdigit() else 0))
        end = found.end()
    return _Mould(offset=offset, text=text + record[end:].replace(b"%", b"%%"), holes=tuple(holes))


def _is_own(number: int) -> bool:
    return number >= _FIRST_OWN_ID or number in _CUSTOMER_IDS
