"""The source that the engine's own tests use keeps the contract that it stands in for."""

import pytest

from sync.connector import Source
from tests.contract.source_contract import SourceBench, SourceContract
from tests.sync.fake_source import OVERLAP, FakeSource, FakeSystem


class FakeBench(SourceBench):
    stream, kind, overlap, secrets = "invoices", "invoice", OVERLAP, ()

    def __init__(self) -> None:
        self.system = FakeSystem()
        self.source = FakeSource(self.system)
        for _ in range(5):
            self.system.add_customer()
        for _ in range(14):
            self.system.add_invoice()
        self.pass_time(OVERLAP * 2)

    @property  # type: ignore[override]  # both sides share one clock
    def now(self) -> object:
        return self.system.now

    @now.setter
    def now(self, instant: object) -> None:
        self.system.now = instant  # type: ignore[assignment]

    def source_with_wrong_credentials(self) -> Source:
        return FakeSource(self.system, may_enter=False)

    def ids(self, stream: str) -> set[str]:
        return set(self.system.records[{"customers": "customer", "invoices": "invoice"}[stream]])

    def add(self) -> str:
        return self.system.add_invoice()

    def edit(self, source_id: str) -> None:
        self.system.edit(source_id, f"edited at {self.system.now}")

    def delete(self, source_id: str) -> None:
        del self.system.records["invoice"][source_id]

    def break_record(self, source_id: str) -> None:
        self.system.broken.add(source_id)


class TestFakeSource(SourceContract):
    @pytest.fixture
    def bench(self) -> FakeBench:
        return FakeBench()
