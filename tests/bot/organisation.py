"""A world that is connected to a Salesforce organisation of the same ledger's customers."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.ledger import Ledger, system_clock
from sandbox.salesforce import SalesforceStandIn
from tests.bot.world import CUSTOMERS, World, open_world


@asynccontextmanager
async def organisation(now: Callable[[], datetime] = system_clock) -> AsyncIterator[SalesforceStandIn]:
    """The organisation alone; `now` is its clock."""
    ledger = Ledger.seeded(customers=CUSTOMERS, today=datetime.now(UTC).date())
    async with SalesforceStandIn(ledger, now=now) as salesforce:
        yield salesforce


@asynccontextmanager
async def world_with(
    folder: Path, salesforce: SalesforceStandIn, rules: Mapping[str, Any], **how: Any
) -> AsyncIterator[World]:
    """The world with it set up, by these rules of [salesforce]; `how` goes to `open_world`."""
    env = {
        "SALESFORCE_DOMAIN": salesforce.domain,
        "SALESFORCE_URL": salesforce.url,
        "SALESFORCE_CLIENT_ID": salesforce.credentials.client_id,
        "SALESFORCE_CLIENT_SECRET": salesforce.credentials.client_secret,
    }
    more_rules = {"salesforce": {"retry_attempts": 1, **rules}}
    async with open_world(folder, more_settings=env, more_rules=more_rules, **how) as world:
        yield world
