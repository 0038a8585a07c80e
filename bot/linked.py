"""From the address of a record in the ERP to the record of ours."""

from bot.deps import Deps
from bot.links import RecordLink, addresses, record_link
from bot.reading.cards import card_for
from bot.views.parts import Message
from bot.views.values import RecordRef
from store.customers import customer_by_id
from store.db import ReadConnection
from store.invoices import invoice_by_id


async def linked_record(conn: ReadConnection, text: str) -> RecordRef | None:
    """The first record of ours whose address is in the text; None when there is none."""
    for address in addresses(text):
        link = record_link(address)
        if link and await is_ours(conn, link):
            return link.ref
    return None


async def linked_card(
    deps: Deps, conn: ReadConnection, text: str, *, is_private: bool
) -> tuple[Message, RecordRef] | None:
    """The card of that record; None likewise. `is_private` when nobody but the person reads it."""
    ref = await linked_record(conn, text)
    card = await card_for(deps, conn, ref, is_private=is_private) if ref else None
    return (card, ref) if card and ref else None


async def is_ours(conn: ReadConnection, link: RecordLink) -> bool:
    """Whether the store has this record, from the account that the address leads into."""
    read = invoice_by_id if link.ref.kind == "invoice" else customer_by_id
    record = await read(conn, link.ref.record_id)
    return record is not None and link.is_to(record.url)
