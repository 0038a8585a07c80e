from datetime import timedelta

import pytest

from tests.sync.fake_source import FakeSource, FakeSystem


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
