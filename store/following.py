"""What a deleted record takes with it, or leaves to others, in the transaction in which it is buried."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update

from store.balances import balances
from store.changes import Change, append_changes
from store.db import WriteConnection
from store.deposit_applications import give_back_to_deposits
from store.field_contacts import bury_field_contacts
from store.records import RecordId
from store.upsert import chunks


async def follow_burial(conn: WriteConnection, kind: str, buried: Sequence[RecordId], *, at: datetime) -> None:
    """Contacts made from fields go with their record, balances with their customer; what was drawn goes back."""
    await bury_field_contacts(conn, kind, buried, at=at)
    if kind == "customer":
        await _bury_balances(conn, buried, at)
    if kind == "deposit_application":
        await give_back_to_deposits(conn, buried, at=at)


async def _bury_balances(conn: WriteConnection, customer_ids: Sequence[RecordId], at: datetime) -> None:
    c = balances.c
    gone: list[RecordId] = []
    for chunk in chunks(customer_ids):
        living = update(balances).where(c.customer_id.in_(chunk), c.deleted_at.is_(None))
        found = await conn.execute(living.values(deleted_at=at, fingerprint="").returning(c.id))
        gone += sorted(found.scalars())
    await append_changes(conn, [Change(kind="balance", record_id=each, action="tombstoned") for each in gone], at=at)
