"""Jobs of the Bulk API 2.0: a query whose answer is fetched as CSV when it is done."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.field import FieldType, Row
from sandbox.salesforce.ids import new_id
from sandbox.salesforce.soql import Found
from sandbox.salesforce.values import as_csv

KEPT = timedelta(days=7)
DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
_UNSUPPORTED = frozenset({FieldType.ADDRESS, FieldType.BASE64})


@dataclass(kw_only=True, slots=True)
class Job:
    """`polls_left` is how often its state is still asked before it is done."""

    id: str
    operation: str
    found: Found
    delimiter: str
    line_ending: str
    created_at: datetime
    polls_left: int
    state: str = "UploadComplete"
    offsets: dict[str, int] = field(default_factory=dict)


class Jobs:
    """`polls` is how often a client sees a job at work before it sees it done."""

    def __init__(self) -> None:
        self.polls = 1
        self._jobs: dict[str, Job] = {}
        self._numbers = count(1)

    def add(self, operation: str, found: Found, formats: tuple[str, str], at: datetime) -> Job:
        """Raises ApiError for an answer that the service cannot write as CSV."""
        _check(found)
        job = Job(
            id=new_id("750", next(self._numbers)),
            operation=operation,
            found=found,
            delimiter=formats[0],
            line_ending=formats[1],
            created_at=at,
            polls_left=self.polls,
        )
        self._jobs[job.id] = job
        return job

    def get(self, job_id: str, at: datetime) -> Job:
        """Raises ApiError for a job that is not known, or no longer."""
        job = self._jobs.get(job_id)
        if job is None or at - job.created_at > KEPT:
            raise not_found()
        return job

    def polled(self, job_id: str, at: datetime) -> Job:
        """The job as the client sees it now, which brings it on by one step."""
        job = self.get(job_id, at)
        if job.state in {"UploadComplete", "InProgress"}:
            job.state = "InProgress" if job.polls_left else "JobComplete"
            job.polls_left = max(0, job.polls_left - 1)
        return job

    def abort(self, job_id: str, at: datetime) -> Job:
        """Raises ApiError when there is nothing left to abort."""
        job = self.get(job_id, at)
        if job.state in {"JobComplete", "Aborted"}:
            raise _wrong_state(job)
        job.state = "Aborted"
        return job

    def drop(self, job_id: str, at: datetime) -> None:
        """Raises ApiError while the job is at work."""
        if self.get(job_id, at).state not in {"JobComplete", "Aborted"}:
            raise _wrong_state(self._jobs[job_id])
        del self._jobs[job_id]


def job_info(job: Job, user: str, version: str) -> dict[str, Any]:
    stamp = job.created_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    info: dict[str, Any] = {
        "id": job.id,
        "operation": job.operation,
        "object": job.found.type.name,
        "createdById": user,
        "createdDate": stamp,
        "systemModstamp": stamp,
        "state": job.state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(version),
        "jobType": "V2Query",
        "lineEnding": job.line_ending,
        "columnDelimiter": job.delimiter,
    }
    if job.state == "JobComplete":
        info |= {"numberRecordsProcessed": len(job.found.rows), "retries": 0, "totalProcessingTime": 1}
    return info


def results(job: Job, locator: str, most: int) -> tuple[str, int, str]:
    """A page as CSV with a header, how many records are in it, and where the next one begins, «null» for nowhere."""
    if job.state != "JobComplete":
        raise _wrong_state(job)
    start = job.offsets.get(locator) if locator else 0
    if start is None:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    rows = job.found.rows[start : start + most]
    after = start + len(rows)
    following = "null"
    if after < len(job.found.rows):
        following = f"MTAw{after:x}"
        job.offsets[following] = after
    return _csv(job, rows), len(rows), following


def _csv(job: Job, rows: Iterable[Row]) -> str:
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=DELIMITERS[job.delimiter],
        lineterminator=LINE_ENDINGS[job.line_ending],
        quoting=csv.QUOTE_ALL,
    )
    columns = job.found.columns
    writer.writerow([column.label for column in columns])
    writer.writerows([as_csv(column.read(row), column.field) for column in columns] for row in rows)
    return written.getvalue()


def _check(found: Found) -> None:
    if not found.columns:
        raise ApiError("API_ERROR", "Aggregate queries are not supported in Bulk Query")
    if any(column.field.type in _UNSUPPORTED for column in found.columns):
        raise ApiError("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")


def _wrong_state(job: Job) -> ApiError:
    return ApiError("INVALIDJOBSTATE", f"The job is {job.state}.")
