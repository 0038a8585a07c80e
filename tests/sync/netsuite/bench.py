"""A NetSuite account to test against: the SuiteTalk stand-in over a small ledger, and a source that reads it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.ledger import Kind, Ledger, drawing, hands
from sandbox.ledger.book import DEFAULT_SEED
from sandbox.ledger.seed import seeded
from sandbox.netsuite import Credentials, NetSuiteStandIn
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource, download_wsdl, wsdl_path
from tests.contract.source_contract import SourceBench

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Which records of the ledger each stream brings.
KINDS: Mapping[str, tuple[Kind, ...]] = {
    "subsidiaries": (Kind.SUBSIDIARY,),
    "accounts": (Kind.ACCOUNT,),
    "exchange_rates": (Kind.EXCHANGE_RATE,),
    "custom_fields": (Kind.CUSTOM_FIELD,),
    "contacts": (Kind.CONTACT,),
    "customers": (Kind.CUSTOMER,),
    "invoices": (Kind.INVOICE,),
    "payments": (Kind.PAYMENT, Kind.CUSTOMER_DEPOSIT),
    "deposit_applications": (Kind.DEPOSIT_APPLICATION,),
    "credit_memos": (Kind.CREDIT_MEMO,),
    "refunds": (Kind.CUSTOMER_REFUND,),
    "journal_entries": (Kind.JOURNAL_ENTRY,),
    "sales_orders": (Kind.SALES_ORDER,),
    "notes": (Kind.NOTE,),
    "messages": (Kind.MESSAGE,),
    "balances": (Kind.CUSTOMER,),
    "deletions": (),
}
_RATES = 60
RULES = {"page_size": 20, "invoice_files": True, "retry_wait_seconds": 0, "retry_wait_max_seconds": 0}


def small_ledger(customers: int, *, now: Callable[[], datetime]) -> Ledger:
    """A ledger with few invoices, and only the latest exchange rates of its thousand."""
    records = _records(customers)
    rates = records[Kind.EXCHANGE_RATE][-_RATES:]
    made = Ledger({**records, Kind.EXCHANGE_RATE: rates}, today=START.date(), now=lambda: START - timedelta(days=2))
    _add_what_is_seldom(made)
    made.now = now
    return made


@cache
def _records(customers: int) -> Mapping[Kind, tuple[Any, ...]]:
    return seeded(customers=customers, today=START.date(), seed=DEFAULT_SEED, invoices_per_customer=3)


def _add_what_is_seldom(ledger: Ledger) -> None:
    customer_id = max(ledger.customers)
    bill = ledger.add_invoice(customer_id, total_minor=9_000)
    hands.apply(ledger, hands.take_deposit(ledger, customer_id, 5_000), bill.id, 3_000)
    drawing.refund(ledger, customer_id, 700, hands.issue_credit_memo(ledger, customer_id, 1_000))
    drawing.refund(ledger, customer_id, 400, hands.take_deposit(ledger, customer_id, 600))
    hands.post_journal_entry(ledger, customer_id, -250)


class NetSuiteBench(SourceBench):
    stream = "invoices"
    kind = "invoice"
    tells_deletions = True

    def __init__(self, folder: Path, *, customers: int = 24, version: str = "2025_2", **rules: Any) -> None:
        self.now = START
        self.ledger = small_ledger(customers, now=lambda: self.now)
        self.server = NetSuiteStandIn(self.ledger, now=lambda: self.now, version=version)
        self.folder = folder
        self.env: dict[str, str] = {}
        self.rules = RULES | rules

    def open(self) -> None:
        """Once the server listens: the source, with the WSDL fetched from it."""
        self.source = self._source(self.server.credentials)
        self.overlap = self.settings(self.server.credentials).overlap
        secrets = self.server.credentials
        self.secrets = (secrets.consumer_secret, secrets.token_secret, secrets.consumer_key, secrets.token_id)

    def settings(self, credentials: Credentials) -> NetSuiteSettings:
        env = {
            "NETSUITE_ACCOUNT_ID": credentials.account,
            "NETSUITE_CONSUMER_KEY": credentials.consumer_key,
            "NETSUITE_CONSUMER_SECRET": credentials.consumer_secret,
            "NETSUITE_TOKEN_ID": credentials.token_id,
            "NETSUITE_TOKEN_SECRET": credentials.token_secret,
            "NETSUITE_SOAP_URL": self.server.soap_url,
            "NETSUITE_ENDPOINT_VERSION": self.server.version,
        }
        return NetSuiteSettings.from_mapping(env | self.env, self.rules)

    def source_with_wrong_credentials(self) -> Source:
        return self._source(replace(self.server.credentials, token_secret="not-the-secret"))

    def ids(self, stream: str) -> set[str]:
        if stream == "files":
            files = self.ledger.records(Kind.FILE).values()
            return {f"{invoice_id}-{file.id}" for file in files for invoice_id in file.invoice_ids}
        own = {str(number) for kind in KINDS[stream] for number in self.ledger.records(kind)}
        return own | self._brought_along(stream)

    def _brought_along(self, stream: str) -> set[str]:
        """What was used up by the records of a stream is read with them."""
        if stream == "deposit_applications":
            return {str(one.deposit_id) for one in self.ledger.records(Kind.DEPOSIT_APPLICATION).values()}
        if stream != "refunds":
            return set()
        refunds = self.ledger.records(Kind.CUSTOMER_REFUND).values()
        return {str(one.record_id) for refund in refunds for one in refund.refunded}

    def add(self) -> str:
        return str(self.ledger.add_invoice(min(self.ledger.customers), total_minor=12_345).id)

    def edit(self, source_id: str) -> None:
        self.ledger.edit_invoice(int(source_id), memo=f"edited at {self.now}")

    def delete(self, source_id: str) -> None:
        self.ledger.delete(Kind.INVOICE, int(source_id))

    def break_record(self, source_id: str) -> None:
        self.server.faults.break_record(int(source_id))

    def _source(self, credentials: Credentials) -> NetSuiteSource:
        return NetSuiteSource(self.settings(credentials), self.folder, clock=lambda: self.now)


@asynccontextmanager
async def netsuite_bench(folder: Path, made: NetSuiteBench | None = None, **how: Any) -> AsyncIterator[NetSuiteBench]:
    """The bench with its server listening and the WSDL fetched from it; `how` goes to a new NetSuiteBench."""
    bench = made or NetSuiteBench(folder, **how)
    async with bench.server as server:
        await asyncio.to_thread(_schemas_into, folder, bench.settings(server.credentials))
        bench.open()
        try:
            yield bench
        finally:
            await bench.source.close()


_SCHEMAS: dict[str, Mapping[str, bytes]] = {}


def _schemas_into(folder: Path, settings: NetSuiteSettings) -> None:
    """Download them, or copy what was downloaded of another stand-in: no address in them is ever asked."""
    path, version = wsdl_path(settings, folder), settings.endpoint_version
    if version not in _SCHEMAS:
        download_wsdl(settings, folder)
        _SCHEMAS[version] = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, content in _SCHEMAS[version].items():
        (path.parent / name).write_bytes(content)
