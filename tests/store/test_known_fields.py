"""Who keeps which e-mail fields there are waits for those who make contacts of them."""

import pytest
from sqlalchemy import text

from store.db import Store
from store.errors import StoreError
from store.field_contacts import made_of, save_field_contacts
from store.known_fields import KnownFields, keep_known_fields, read_known_fields
from tests.store.make import AT, make_customer

KNOWN = KnownFields(
    names={"customer": frozenset({"cc", "copies", "dunning"}), "invoice": frozenset()},
    asked=frozenset({"copies"}),
    given_up=frozenset({"dunning"}),
)
IMPATIENT = text("SET LOCAL lock_timeout = '50ms'")


class TestKnownFields:
    async def test_come_back_as_they_were_kept(self, store: Store) -> None:
        async with store.write() as conn:
            assert await read_known_fields(conn, "netsuite") == KnownFields()
            await keep_known_fields(conn, "netsuite", KNOWN)
            assert await read_known_fields(conn, "netsuite") == KNOWN
        assert KNOWN.settled == {"customer": {"cc"}, "invoice": frozenset()}

    async def test_that_are_given_up_make_no_contacts(self, store: Store) -> None:
        async with store.write() as conn:
            await keep_known_fields(conn, "netsuite", KNOWN)
            assert await made_of(conn, "netsuite", "customer") == {"cc": "cc", "copies": "copies"}

    async def test_stay_while_contacts_are_made_of_them(self, store: Store) -> None:
        if store.is_sqlite:
            pytest.skip("one writes at a time anyway")
        await keep(store, KNOWN)
        async with store.write() as making:
            await save_field_contacts(making, [make_customer()], at=AT)
            # Others who make contacts wait for nobody.
            async with store.write() as conn:
                await conn.execute(IMPATIENT)
                await save_field_contacts(conn, [make_customer()], at=AT)
            with pytest.raises(StoreError):
                await keep(store, KnownFields())
        await keep(store, KnownFields())


async def keep(store: Store, known: KnownFields) -> None:
    async with store.write() as conn:
        if not store.is_sqlite:
            await conn.execute(IMPATIENT)
        await keep_known_fields(conn, "netsuite", known)
