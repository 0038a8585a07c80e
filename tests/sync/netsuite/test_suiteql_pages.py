"""What belongs to a page of records is read in pages of its own, however many there are, and whatever happens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.ledger import Kind
from store.payments import Payment
from store.pulled import Record
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.suiteql.ask import Asker, grouped
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.transaction_tables import APPLICATIONS_OF
from sync.errors import RejectedError, RetryError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench, TokenlessBench

FEW = 7


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SuiteQLBench]:
    monkeypatch.setattr("sync.connectors.netsuite.suiteql.ask.MOST_AT_ONCE", FEW)
    monkeypatch.setattr("sync.connectors.netsuite.suiteql.ask._MOST_IDS", FEW + 4)
    async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=6, page_size=100)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


@pytest.fixture
async def ask(bench: SuiteQLBench) -> AsyncIterator[Asker]:
    settings = bench.settings(bench.server.credentials)
    assert settings.certificate is not None
    rest = SuiteQLClient(settings, settings.certificate, Slots(1), unix_time=bench.now.timestamp)
    yield Asker(rest=rest)
    await rest.close()


class TestRelated:
    @pytest.mark.parametrize("stream", ["customers", "invoices", "payments", "balances", "journal_entries"])
    async def test_is_whole_in_small_pages(
        self, stream: str, bench: SuiteQLBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_small: dict[str, Record] = records_of(await read(bench, stream=stream))
        monkeypatch.undo()
        assert in_small == records_of(await read(bench, stream=stream))

    async def test_is_read_anew_when_it_shifts(self, bench: SuiteQLBench, ask: Asker) -> None:
        ids = tuple(bench.ledger.payments)[:10]
        before = grouped(await ask.listed(APPLICATIONS_OF, {"ids": ids}), "nextdoc")
        bench.server.faults.meanwhile(lambda: bench.ledger.delete(Kind.PAYMENT, ids[0]), operation="suiteql", skip=1)
        after = grouped(await ask.listed(APPLICATIONS_OF, {"ids": ids}), "nextdoc")
        assert before.keys() - after.keys() == {str(ids[0])}
        assert {key: before[key] for key in after} == after

    async def test_that_keeps_shifting_is_given_up_for_now(self, bench: SuiteQLBench, ask: Asker) -> None:
        ids = tuple(bench.ledger.payments)[:10]

        def shift() -> None:
            payment = next(one for one in bench.ledger.payments.values() if one.applications)
            more = (*payment.applications, payment.applications[0])
            bench.ledger.edit(Kind.PAYMENT, payment.id, applications=more)

        bench.server.faults.meanwhile(shift, operation="suiteql", times=99)
        with pytest.raises(RetryError, match="nexttransactionlinelink changes faster"):
            await ask.listed(APPLICATIONS_OF, {"ids": ids})

    async def test_that_is_too_much_is_refused(
        self, bench: SuiteQLBench, ask: Asker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.connectors.netsuite.suiteql.ask.MOST_ROWS", 2)
        with pytest.raises(RejectedError, match="2 rows or more"):
            await ask.listed(APPLICATIONS_OF, {"ids": tuple(bench.ledger.payments)[:10]})


class TestApplications:
    async def test_of_a_payment_name_what_they_settled(self, bench: SuiteQLBench) -> None:
        found = records_of(await read(bench, stream="payments"))
        for record in bench.ledger.payments.values():
            payment = found[str(record.id)]
            assert isinstance(payment, Payment)
            told = {(one.applied_to, one.number, one.amount.minor) for one in payment.applications}
            assert told == {
                (f"netsuite:invoice:{one.invoice_id}", bench.ledger.invoices[one.invoice_id].number, one.amount_minor)
                for one in record.applications
            }
