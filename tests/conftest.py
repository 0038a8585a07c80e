"""Fixtures of every folder. They stand here once: imported into several files, each would start a server of its own."""

import gc

from tests.browser import browser, window
from tests.demo_page import demo_address, page
from tests.store_fixtures import empty_postgres_url, postgres, postgres_template, sqlite_template, store, store_url

__all__ = [
    "browser",
    "demo_address",
    "empty_postgres_url",
    "page",
    "postgres",
    "postgres_template",
    "sqlite_template",
    "store",
    "store_url",
    "window",
]


def pytest_collection_finish() -> None:
    """Leave what was loaded for the tests to itself: looked through again and again, it took a tenth of their time."""
    gc.collect()
    gc.freeze()
