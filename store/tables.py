"""Every table of the store, gathered so that the metadata is whole."""

from store.audit import audit_events
from store.changes import change_feed
from store.contacts import contacts
from store.cursors import cursors
from store.customers import customers
from store.deliveries import deliveries
from store.facts import facts
from store.invoices import invoice_lines, invoices
from store.leases import leases
from store.notes import notes
from store.refs import external_refs
from store.runs import quarantine, sync_runs
from store.schema import metadata
from store.users import slack_links, users

TABLES = (
    audit_events,
    change_feed,
    contacts,
    cursors,
    customers,
    deliveries,
    external_refs,
    facts,
    invoice_lines,
    invoices,
    leases,
    notes,
    quarantine,
    slack_links,
    sync_runs,
    users,
)

__all__ = ["TABLES", "metadata"]
