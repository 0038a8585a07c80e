import pytest
from sqlalchemy.exc import IntegrityError

from store.db import Store
from store.records import RecordId
from store.refs import ExternalRef, add_refs, records_of
from tests.store.make import make_customer, make_invoice, save


def ref(external_id: str, record: str, *, system: str = "salesforce", object_: str = "account") -> ExternalRef:
    return ExternalRef(system=system, object=object_, external_id=external_id, record_id=RecordId(record))


async def add(store: Store, *refs: ExternalRef) -> None:
    async with store.write() as conn:
        await add_refs(conn, refs)


class TestRefs:
    async def test_a_pulled_record_is_known_by_its_own_id(self, store: Store) -> None:
        customer, invoice = make_customer("7"), make_invoice("7")
        await save(store, customer, invoice)
        async with store.read() as conn:
            assert await records_of(conn, "netsuite", "customer", ["7", "8"]) == {"7": customer.id}
            assert await records_of(conn, "netsuite", "invoice", ["7"]) == {"7": invoice.id}
            assert await records_of(conn, "salesforce", "customer", ["7"]) == {}

    async def test_a_known_reference_stays(self, store: Store) -> None:
        await add(store, ref("001", "a"))
        await add(store, ref("001", "b"), ref("002", "b"))
        async with store.read() as conn:
            assert await records_of(conn, "salesforce", "account", ["001", "002"]) == {"001": "a", "002": "b"}

    async def test_a_record_has_one_id_in_each_object_of_a_system(self, store: Store) -> None:
        await add(store, ref("001", "a"), ref("001", "a", object_="contact"), ref("001", "a", system="invoiced"))
        with pytest.raises(IntegrityError):
            await add(store, ref("002", "a"))

    async def test_looks_up_more_than_one_statement_can_name(self, store: Store) -> None:
        await add(store, *(ref(str(number), f"r{number}") for number in range(1_001)))
        async with store.read() as conn:
            found = await records_of(conn, "salesforce", "account", [str(number) for number in range(2_000)])
        assert len(found) == 1_001

    async def test_of_nothing_is_nothing(self, store: Store) -> None:
        await add(store)
        async with store.read() as conn:
            assert await records_of(conn, "salesforce", "account", []) == {}
