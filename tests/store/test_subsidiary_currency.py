import pytest

from store.db import Store
from store.records import record_id
from store.subsidiaries import Subsidiary, currency_of_subsidiary
from tests.store.make import AT, save


def made(source_id: str, name: str, currency: str | None) -> Subsidiary:
    return Subsidiary(
        id=record_id("netsuite", "subsidiary", source_id),
        origin="netsuite",
        source_id=source_id,
        seen_at=AT,
        name=name,
        currency=currency,
    )


class TestCurrencyOfSubsidiary:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [("Main", "USD"), ("Main : UK", "GBP"), ("UK", "GBP"), ("Twice", None), ("Nobody", None), ("Unpriced", None)],
    )
    async def test_is_known_of_one_by_its_name(self, store: Store, name: str, expected: str | None) -> None:
        twice = (made("3", "Twice", "EUR"), made("4", "Twice", "USD"))
        await save(store, made("1", "Main", "USD"), made("2", "UK", "GBP"), *twice, made("5", "Unpriced", None))
        async with store.read() as conn:
            assert await currency_of_subsidiary(conn, "netsuite", name) == expected
