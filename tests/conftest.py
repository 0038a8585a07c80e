"""Fixtures of every folder. They stand here once: imported into several files, each would start a server of its own."""

import gc
import signal
from pathlib import Path

import pytest

from tests.browser import browser, window
from tests.examples import make_up_cases
from tests.mail.trust import trusted
from tests.sampling import leave_samples
from tests.schemas import share_schemas
from tests.statements import share_statements
from tests.store_fixtures import empty_postgres_url, postgres, postgres_template, sqlite_template, store, store_url
from tests.together import open_folder
from tests.workers import pytest_xdist_make_scheduler

__all__ = [
    "browser",
    "empty_postgres_url",
    "postgres",
    "postgres_template",
    "pytest_xdist_make_scheduler",
    "sqlite_template",
    "store",
    "store_url",
    "trusted",
    "window",
]


_HERE = Path(__file__).parent
# Tests of whole programs take longest: begun last, they would have one worker wait for another.
_FIRST = (_HERE, _HERE / "cli", _HERE / "demo")


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach what tests start, begun in the background of a script too; and do what is alike once."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    make_up_cases(at_random=config.option.markexpr == "soak")
    # While tests are collected, all of it stays.
    gc.disable()
    open_folder(config)
    share_schemas()
    share_statements()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave a sample of many cases; let tests of whole programs come first, and the others in their order."""
    leave_samples(items)
    items.sort(key=lambda item: item.path.parent not in _FIRST)


def pytest_collection_finish() -> None:
    """Leave what was loaded for the tests to itself: looked through again and again, it took a tenth of their time."""
    gc.collect()
    gc.freeze()
    gc.enable()
