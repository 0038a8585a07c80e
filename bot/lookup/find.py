"""From a text to the record that was meant: reads candidates tier by tier and stops as soon as one will do."""

from bot.lookup.customers import nearest_customers, ranked_customers, similar_customers, telling_words
from bot.lookup.edits import one_edit_keys
from bot.lookup.index import LookupIndex
from bot.lookup.invoices import nearest_invoices, ranked_invoices
from bot.lookup.match import MAX_CANDIDATES, Found, Match, Reason, found
from bot.lookup.query import CustomerQuery, InvoiceQuery, customer_query, invoice_query
from store.cursors import list_cursors
from store.db import ReadConnection
from store.search import (
    CustomerHit,
    InvoiceHit,
    Kind,
    customer_hits,
    customers_named,
    customers_near,
    invoice_hits,
    invoices_keyed,
    invoices_near,
    invoices_numbered,
)

# Typing errors are asked for in at most this many forms of what was typed.
_EDITED_FORMS = 2
_BETTER_THAN_AN_EDIT = frozenset({Reason.WRITTEN_DIFFERENTLY, Reason.SAME_DIGITS})


async def find(conn: ReadConnection, index: LookupIndex | None, kind: Kind, text: str) -> Found:
    """The invoice or the customer that a text means. Any text will do; what means nothing finds nothing."""
    find_kind = find_invoice if kind == "invoice" else find_customer
    return await find_kind(conn, index, text)


async def find_invoice(conn: ReadConnection, index: LookupIndex | None, text: str) -> Found:
    """The invoice with this number, or the closest to it.

    A number that is merely similar is suggested, never answered, unless it differs in a single character. While a
    source is being read for the first time not even then: the very number may still come.
    Without an index the parts inside a number and the suggestions are missing; all else is found.
    """
    query = invoice_query(text)
    if not query.text:
        return Found()
    exact = ranked_invoices(query, await invoices_numbered(conn, query.text))
    if exact or not query.keys:
        return found(exact)
    near = ranked_invoices(query, await _near_invoices(conn, query))
    if near and near[0].reason is Reason.ONE_CHARACTER_DIFFERS and await _is_first_reading(conn):
        return Found(nearest=near[:MAX_CANDIDATES])
    if near or index is None:
        return found(near)
    hits = await invoice_hits(conn, await index.similar("invoice", query.keys[-1]))
    inside = ranked_invoices(query, hits)
    return found(inside) if inside else Found(nearest=nearest_invoices(query, hits))


async def find_customer(conn: ReadConnection, index: LookupIndex | None, text: str) -> Found:
    """The customer with this name or number, or the closest to it.

    Without an index words inside a name and typing errors are missing; all else is found.
    """
    query = customer_query(text)
    if not query.text:
        return Found()
    exact = ranked_customers(query, await customers_named(conn, query.text))
    if exact or not query.key:
        return found(exact)
    near = ranked_customers(query, await customers_near(conn, query.key, query.sorted_key))
    if near:
        return found(near)
    hits = await customer_hits(conn, await index.similar("customer", query.key)) if index else ()
    similar = ranked_customers(query, hits) + similar_customers(query, hits)
    return found(similar) if similar else Found(nearest=await _customers_beginning(conn, query))


async def _customers_beginning(conn: ReadConnection, query: CustomerQuery) -> tuple[Match, ...]:
    """The customers whose names begin with one of the typed words."""
    hits: list[CustomerHit] = []
    for word in telling_words(query):
        hits.extend(await customers_near(conn, word, word))
    return nearest_customers(query, hits)


async def _is_first_reading(conn: ReadConnection) -> bool:
    """Whether a source's invoices are being read and were never yet read to their end."""
    cursors = await list_cursors(conn)
    return any(cursor.stream == "invoices" and cursor.completed_at is None for cursor in cursors)


async def _near_invoices(conn: ReadConnection, query: InvoiceQuery) -> tuple[InvoiceHit, ...]:
    hits = await invoices_near(conn, query.keys, query.digits)
    if any(match.reason in _BETTER_THAN_AN_EDIT for match in ranked_invoices(query, hits)):
        return hits
    edited = frozenset().union(*map(one_edit_keys, query.keys[:_EDITED_FORMS]))
    return (*hits, *await invoices_keyed(conn, edited))
