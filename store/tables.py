"""Every table of the store, gathered so that the metadata is whole."""

from store.account_figures import sent_figures
from store.applications import applications
from store.attachments import attachments
from store.audit import audit_events
from store.balances import balances
from store.changes import change_feed
from store.channels import slack_channels
from store.contacts import contacts
from store.credit_limits import credit_limit_breaks
from store.credit_memos import credit_memos
from store.crm.accounts import crm_accounts
from store.crm.keys import customer_keys
from store.crm.links import crm_links, crm_past_links
from store.crm.values import crm_fields
from store.cursors import cursors
from store.custom_fields import custom_fields
from store.customers import customers
from store.day_marks import day_marks
from store.deletions import gone_ids, listed_ids, listings
from store.deliveries import deliveries
from store.deposit_applications import deposit_applications
from store.disputes import disputes
from store.drafts import drafts
from store.exchange_rates import exchange_rates
from store.exports import exports
from store.facts import facts
from store.feed_cursors import feed_cursors
from store.gl_accounts import gl_accounts
from store.inbox import inbox
from store.installments import invoice_installments
from store.invoices import invoice_lines, invoices
from store.journal_entries import journal_entries, journal_lines
from store.leases import leases
from store.link_requests import link_requests
from store.messages import messages
from store.notes import notes
from store.notices import notices
from store.payments import payments
from store.promises import promises
from store.quarantine import quarantine
from store.refs import external_refs
from store.refunds import refunds
from store.rhythms import source_rhythms
from store.runs import sync_runs
from store.sales_orders import sales_orders
from store.schema import metadata
from store.slack_people import slack_people
from store.source_alerts import source_alerts
from store.subscriptions import subscriptions
from store.subsidiaries import subsidiaries
from store.tie_out import tie_out_differences, tie_outs
from store.unfurls import unfurls
from store.users import slack_links, users

TABLES = (
    applications,
    attachments,
    audit_events,
    balances,
    change_feed,
    contacts,
    credit_limit_breaks,
    credit_memos,
    crm_accounts,
    crm_fields,
    crm_links,
    crm_past_links,
    cursors,
    custom_fields,
    customer_keys,
    customers,
    day_marks,
    deliveries,
    deposit_applications,
    disputes,
    drafts,
    exchange_rates,
    exports,
    external_refs,
    facts,
    feed_cursors,
    gl_accounts,
    gone_ids,
    inbox,
    invoice_installments,
    invoice_lines,
    invoices,
    journal_entries,
    journal_lines,
    leases,
    link_requests,
    listed_ids,
    listings,
    messages,
    notes,
    notices,
    payments,
    promises,
    quarantine,
    refunds,
    sales_orders,
    sent_figures,
    slack_channels,
    slack_links,
    slack_people,
    source_alerts,
    source_rhythms,
    subscriptions,
    subsidiaries,
    sync_runs,
    tie_out_differences,
    tie_outs,
    unfurls,
    users,
)

__all__ = ["TABLES", "metadata"]
