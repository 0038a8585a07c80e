"""A Salesforce organisation to test against: the stand-in over a small ledger, and a source that reads it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.book import DEFAULT_SEED
from sandbox.ledger.seed import seeded
from sandbox.salesforce import Credentials, SalesforceStandIn, hands
from sync.connector import Source
from sync.connectors.salesforce import SalesforceSettings, SalesforceSource
from tests.contract.source_contract import SourceBench

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
OBJECTS: Mapping[str, str] = {"accounts": "Account", "contacts": "Contact", "notes": "Note"}
RULES = {
    "account_field": "ERP_Customer_Id__c",
    "retry_wait_seconds": 0,
    "retry_wait_max_seconds": 0,
    "bulk_poll_seconds": 0,
}


class SalesforceBench(SourceBench):
    source: SalesforceSource
    stream = "accounts"
    kind = "crm_account"
    tells_deletions = True

    def __init__(self, *, customers: int = 12, accounts: int = 0, **rules: Any) -> None:
        self.now = START
        records = seeded(customers=customers, today=START.date(), seed=DEFAULT_SEED, invoices_per_customer=1)
        self.ledger = Ledger({**records, Kind.EXCHANGE_RATE: []}, today=START.date(), now=lambda: self.now)
        self.server = SalesforceStandIn(self.ledger, now=lambda: self.now, accounts=accounts)
        self.org = self.server.org
        self.rules = {"page_size": 6} | RULES | rules
        self.env: dict[str, str] = {}
        # Whoever is there has been for a while.
        self.pass_time(timedelta(hours=1))

    def open(self) -> None:
        """Once the server listens: the source."""
        known = self.server.credentials
        self.source = self.sources(known)
        self.overlap = self.settings(known).overlap
        self.secrets = (known.client_secret, known.password, known.security_token, known.private_key_pem)

    def settings(self, credentials: Credentials) -> SalesforceSettings:
        env = {
            "SALESFORCE_DOMAIN": self.server.domain,
            "SALESFORCE_URL": self.server.url,
            "SALESFORCE_CLIENT_ID": credentials.client_id,
            "SALESFORCE_CLIENT_SECRET": credentials.client_secret,
        }
        return SalesforceSettings.from_mapping(env | self.env, self.rules)

    def sources(self, credentials: Credentials) -> SalesforceSource:
        """Another source; whoever asks for it closes it."""
        return SalesforceSource(self.settings(credentials), clock=lambda: self.now)

    def source_with_wrong_credentials(self) -> Source:
        return self.sources(replace(self.server.credentials, client_secret="not-the-secret"))

    def ids(self, stream: str) -> set[str]:
        if stream == "custom_fields":
            fields = self.org.type("Account").fields.values()
            return {field.name for field in fields if field.is_custom} | {"AccountNumber"}
        return {row["Id"] for row in self.org.living(OBJECTS[stream]) if stream != "contacts" or row.get("AccountId")}

    def add(self) -> str:
        return self.org.create("Account", Name="New Prospect", OwnerId=self.org.find("User", IsActive=True)["Id"])

    def edit(self, source_id: str) -> None:
        self.org.edit("Account", source_id, Website=f"https://{self.now:%H-%M-%S}.example")

    def delete(self, source_id: str) -> None:
        hands.delete(self.org, "Account", source_id)

    def break_record(self, source_id: str) -> None:
        self.org.change_silently("Account", source_id, Name=None)

    def pass_time(self, length: timedelta) -> None:
        self.now += length


class LiveBench(SalesforceBench):
    """One that goes by this machine's clock, as signatures do."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @now.setter
    def now(self, _: datetime) -> None:
        return


@asynccontextmanager
async def salesforce_bench(made: SalesforceBench | None = None, **how: Any) -> AsyncIterator[SalesforceBench]:
    """The bench with its server listening; `how` goes to a new SalesforceBench."""
    bench = made or SalesforceBench(**how)
    async with bench.server:
        bench.open()
        try:
            yield bench
        finally:
            await bench.source.close()
