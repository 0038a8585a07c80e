"""Searches that are being paged through: each has an id that dies when it is left alone for fifteen minutes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sandbox.ledger import Ledger
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.search import Hit, Search, run

LIFETIME = timedelta(minutes=15)
DEFAULT_PAGE_SIZE = 1000
MIN_PAGE_SIZE = 5
MAX_PAGE_SIZE = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """The searchPreferences of the request that started the search."""

    body_fields_only: bool = True
    page_size: int = DEFAULT_PAGE_SIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a search as it runs now; `total` and the number of pages may differ from the page before."""

    search_id: str
    index: int
    total: int
    page_size: int
    hits: Sequence[Hit]

    @property
    def pages(self) -> int:
        return -(-self.total // self.page_size)


@dataclass(kw_only=True, slots=True)
class Job:
    search: Search
    preferences: Preferences
    used_at: datetime
    ledger_version: int = -1
    hits: list[Hit] = field(default_factory=list)


class Jobs:
    """Every page runs its search again, so rows shift between pages when the ledger changes, as on the real service."""

    def __init__(self, account: str, ledger: Ledger) -> None:
        self._ledger = ledger
        self._account = account
        self._numbers = count(1)
        self._jobs: dict[str, Job] = {}

    def start(self, search: Search, preferences: Preferences, at: datetime) -> Page:
        search_id = f"WEBSERVICES_{self._account}_{at:%m%d%Y}{next(self._numbers):010}"
        self._forget(at)
        self._jobs[search_id] = Job(search=search, preferences=preferences, used_at=at)
        return self._page(search_id, 1)

    def more(self, search_id: str, index: int, at: datetime) -> Page:
        """Raises RefusalError: INVALID_JOB_ID for an unknown or dead id, INVALID_PAGE_INDEX beyond the last page."""
        self._forget(at)
        if search_id not in self._jobs:
            raise RefusalError("INVALID_JOB_ID", "The job id is invalid, or the search has expired.")
        self._jobs[search_id].used_at = at
        page = self._page(search_id, index)
        if not 1 <= index <= page.pages:
            raise RefusalError("INVALID_PAGE_INDEX", f"Page {index} is not one of {page.pages}.")
        return page

    def job(self, search_id: str) -> Job:
        return self._jobs[search_id]

    def _page(self, search_id: str, index: int) -> Page:
        job = self._jobs[search_id]
        # The same search on an unchanged ledger gives the same rows: running it again would only cost time.
        if job.ledger_version != self._ledger.version:
            job.hits, job.ledger_version = run(job.search, self._ledger), self._ledger.version
        size = job.preferences.page_size
        return Page(
            search_id=search_id,
            index=index,
            total=len(job.hits),
            page_size=size,
            hits=job.hits[(index - 1) * size : index * size],
        )

    def _forget(self, at: datetime) -> None:
        for search_id in [known for known, job in self._jobs.items() if at - job.used_at > LIFETIME]:
            del self._jobs[search_id]
