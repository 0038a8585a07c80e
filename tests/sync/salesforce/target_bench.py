"""A Salesforce organisation to push to: the stand-in, and the target that shares its client with a source."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

from sandbox.salesforce import hands
from sandbox.salesforce.errors import ApiError
from sync.connector import Source, Target
from sync.connectors.salesforce import target_of
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench

NOBODY_LISTENS = "http://127.0.0.1:1"
_OBJECTS = ("Note", "ContentNote")


class SalesforceTargetBench:
    """See `TargetBench`."""

    invoice_id = ""

    def __init__(self, organisation: SalesforceBench) -> None:
        self.organisation, self.org, self.faults = organisation, organisation.org, organisation.server.faults
        self.target: Target = _target(organisation.source)
        self.customer_id: str = min(row["Id"] for row in self.org.living("Account"))
        self._known = {row["Id"] for name in _OBJECTS for row in self.org.living(name)}

    def renew(self) -> None:
        """As at the start: nothing was pushed, nothing goes wrong."""
        for row in self.notes():
            hands.delete(self.org, "Note" if "Body" in row else "ContentNote", row["Id"])
        self.faults.clear()

    def notes(self) -> list[Any]:
        """Those that were pushed, oldest first."""
        rows = [row for name in _OBJECTS for row in self.org.living(name) if row["Id"] not in self._known]
        return sorted(rows, key=lambda row: str(row["Id"]))

    def texts(self) -> list[str]:
        return [_text(row) for row in self.notes()]

    def contacts(self) -> list[tuple[str, str]]:
        return []

    def messages(self) -> list[tuple[str, str]]:
        return []

    def cut_off(self, *, stored: bool) -> None:
        if stored:
            self.faults.lost_answer(operation="create")
        else:
            self.faults.drop(operation="create")

    def refuse(self) -> None:
        self.faults.error(ApiError("STRING_TOO_LONG", "Title: data value too large"), operation="create")

    def forbid(self) -> None:
        message = "insufficient access rights on cross-reference id"
        self.faults.error(ApiError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message), operation="create")

    def be_busy(self) -> None:
        self.faults.limit_reached(which="ConcurrentRequests", operation="create")

    @asynccontextmanager
    async def stop(self) -> AsyncIterator[None]:
        own, bench = self.target, self.organisation
        bench.env = {"SALESFORCE_URL": NOBODY_LISTENS}
        elsewhere = bench.sources(bench.server.credentials)
        bench.env = {}
        self.target = _target(elsewhere)
        try:
            yield
        finally:
            self.target = own
            await elsewhere.close()


def _text(row: Any) -> str:
    if "Content" not in row:
        return str(row["Body"])
    return unescape(base64.b64decode(row["Content"]).decode().replace("<br>", "\n"))


def _target(source: Source) -> Target:
    target = target_of(source)
    assert target is not None
    return target


@asynccontextmanager
async def target_bench(**how: Any) -> AsyncIterator[SalesforceTargetBench]:
    """The bench with its server listening; `how` goes to SalesforceBench."""
    async with salesforce_bench(**how) as organisation:
        yield SalesforceTargetBench(organisation)
