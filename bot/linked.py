"""From an address in the ERP to the record of ours that it names."""

from bot.cards import card_for
from bot.deps import Deps
from bot.links import RecordLink, record_link
from bot.views.parts import Message
from bot.views.values import RecordRef
from store.customers import customer_by_id
from store.db import ReadConnection
from store.invoices import invoice_by_id


async def linked_record(conn: ReadConnection, text: str) -> RecordRef | None:
    """The record whose address this is; None for every other text, and for the address of somebody else's record."""
    link = record_link(text)
    return link.ref if link and await is_ours(conn, link) else None


async def linked_card(deps: Deps, conn: ReadConnection, text: str) -> tuple[Message, RecordRef] | None:
    """The card of the record whose address this is; None likewise."""
    ref = await linked_record(conn, text)
    card = await card_for(deps, conn, ref) if ref else None
    return (card, ref) if card and ref else None


async def is_ours(conn: ReadConnection, link: RecordLink) -> bool:
    """Whether the store has this record, from the account that the address leads into."""
    read = invoice_by_id if link.ref.kind == "invoice" else customer_by_id
    record = await read(conn, link.ref.record_id)
    return record is not None and link.is_to(record.url)
