"""What an operation works with."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.ledger import Ledger
from sandbox.netsuite.jobs import Jobs
from sandbox.netsuite.permissions import Permissions
from sandbox.netsuite.records.writer import Writer


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """`damaged` spoils the text of records that a test has broken.

    With `fails_after_submit` whatever is written is saved and then said to have failed.
    """

    account: str
    host: str
    ledger: Ledger
    writer: Writer
    jobs: Jobs
    permissions: Permissions
    damaged: Callable[[int, str], str]
    fails_after_submit: bool = False
    concurrency_limit: int = 5
    integration_limit: int | None = None
