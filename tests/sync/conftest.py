from datetime import timedelta

import pytest

from tests.store_fixtures import empty_postgres_url, postgres, postgres_template, sqlite_template, store, store_url
from tests.sync.fake_source import FakeSource, FakeSystem

__all__ = ["empty_postgres_url", "postgres", "postgres_template", "sqlite_template", "store", "store_url"]


@pytest.fixture
def system() -> FakeSystem:
    """Six customers and ten invoices, of an hour ago: two and three pages."""
    made = FakeSystem()
    for _ in range(6):
        made.add_customer()
    for _ in range(10):
        made.add_invoice()
    made.now += timedelta(hours=1)
    return made


@pytest.fixture
def source(system: FakeSystem) -> FakeSource:
    return FakeSource(system)
