"""Bulk API 2.0: a query as a job, whose answer is fetched as CSV, page by page."""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sync.connectors.salesforce.client import Answer, SalesforceClient, Tree
from sync.connectors.salesforce.soql import Query
from sync.errors import RejectedError, UnreadableAnswerError

_WORKING = frozenset({"UploadComplete", "InProgress"})
_DONE = "JobComplete"
_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}
# A field of 131,072 characters, Salesforce's longest, must not be more than Python's reader takes.
csv.field_size_limit(1_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class BulkPage:
    """Rows by their columns; the locator leads to the next ones, «» when there are none."""

    rows: tuple[Tree, ...]
    locator: str


async def begin_job(client: SalesforceClient, query: Query) -> str:
    """The id of the job that works on the query. Raises SourceError."""
    answer = await client.send("POST", "jobs/query", {"operation": "query", "query": str(query)}, urgent=False)
    found = answer.body.get("id") if isinstance(answer.body, dict) else None
    if not isinstance(found, str) or not found:
        raise UnreadableAnswerError("a job without an id")
    return found


async def until_done(client: SalesforceClient, job: str, *, poll_seconds: float) -> None:
    """Wait until its answer can be fetched. Raises RejectedError when there will be none."""
    while not await _is_done(client, job):  # noqa: ASYNC110 - what another system works at has no event to wait for
        await asyncio.sleep(poll_seconds)


async def _is_done(client: SalesforceClient, job: str) -> bool:
    body = (await client.get(f"jobs/query/{job}")).body
    state = str(body.get("state")) if isinstance(body, dict) else ""
    if state in _WORKING:
        return False
    if state != _DONE:
        raise RejectedError(f"the bulk job ended as «{state[:40]}»")
    return True


async def results(client: SalesforceClient, job: str, locator: str, *, rows: int, booleans: frozenset[str]) -> BulkPage:
    """The page at the locator; «» is the first. Raises SourceError."""
    params: dict[str, Any] = {"maxRecords": rows} | ({"locator": locator} if locator else {})
    answer = await client.text(f"jobs/query/{job}/results", params=params, accept="text/csv")
    found = await asyncio.to_thread(_all_rows, answer.body or "", booleans)
    _require_all(answer, len(found))
    following = answer.headers.get("sforce-locator", "")
    return BulkPage(rows=found, locator="" if following == "null" else following)


def rows_in(text: str, booleans: frozenset[str]) -> Iterator[Tree]:
    """The rows of a CSV text by their columns, such as «Owner.Name». Pure; raises ValueError.

    They are not nested as JSON has them: hundreds of thousands come this way, and `value_at` finds either.
    """
    # NUL is what some have in their fields, and no reader takes.
    lines = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    columns = next(lines, [])
    boxes = [name for name in columns if name in booleans]
    for line in lines:
        # An empty text is no value there.
        row: dict[str, Any] = {name: value for name, value in zip(columns, line, strict=True) if value}
        for name in boxes:
            if name in row:
                row[name] = _BOOLEANS.get(row[name], row[name])
        yield row


def _all_rows(text: str, booleans: frozenset[str]) -> tuple[Tree, ...]:
    try:
        return tuple(rows_in(text, booleans))
    except (ValueError, csv.Error) as error:
        raise UnreadableAnswerError(f"the CSV is broken ({error})") from None


def _require_all(answer: Answer, count: int) -> None:
    told = answer.headers.get("sforce-numberofrecords", "")
    if told.isdecimal() and int(told) != count:
        raise UnreadableAnswerError(f"{count} rows came of {told}")
