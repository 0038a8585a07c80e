"""Every table of the store, gathered so that the metadata is whole."""

from store.audit import audit_events
from store.changes import change_feed
from store.channels import slack_channels
from store.contacts import contacts
from store.credit_limits import credit_limit_breaks
from store.cursors import cursors
from store.customers import customers
from store.day_marks import day_marks
from store.deliveries import deliveries
from store.disputes import disputes
from store.exports import exports
from store.facts import facts
from store.feed_cursors import feed_cursors
from store.inbox import inbox
from store.invoices import invoice_lines, invoices
from store.leases import leases
from store.link_requests import link_requests
from store.notes import notes
from store.notices import notices
from store.promises import promises
from store.refs import external_refs
from store.runs import quarantine, sync_runs
from store.schema import metadata
from store.slack_people import slack_people
from store.source_alerts import source_alerts
from store.subscriptions import subscriptions
from store.unfurls import unfurls
from store.users import slack_links, users

TABLES = (
    audit_events,
    change_feed,
    contacts,
    credit_limit_breaks,
    cursors,
    customers,
    day_marks,
    deliveries,
    disputes,
    exports,
    external_refs,
    facts,
    feed_cursors,
    inbox,
    invoice_lines,
    invoices,
    leases,
    link_requests,
    notes,
    notices,
    promises,
    quarantine,
    slack_channels,
    slack_links,
    slack_people,
    source_alerts,
    subscriptions,
    sync_runs,
    unfurls,
    users,
)

__all__ = ["TABLES", "metadata"]
