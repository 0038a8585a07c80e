"""From SuiteTalk's records to ours, a module per kind of record.

Pure: a parsed record and the account's facts in, a frozen record out. Field names are those of the record types in the
account's own schemas.
"""

from sync.connectors.netsuite.mapping.account import ORIGIN, Account, Other, source_id_of
from sync.connectors.netsuite.mapping.balances import balance
from sync.connectors.netsuite.mapping.contacts import contact
from sync.connectors.netsuite.mapping.credit_memos import credit_memo
from sync.connectors.netsuite.mapping.customers import customer
from sync.connectors.netsuite.mapping.definitions import configured_definition, definition
from sync.connectors.netsuite.mapping.deletions import DELETED_TYPES, gone, named_in
from sync.connectors.netsuite.mapping.deposit_applications import deposit_application
from sync.connectors.netsuite.mapping.files import FILE_COLUMNS, file_fields, invoice_file
from sync.connectors.netsuite.mapping.invoices import invoice
from sync.connectors.netsuite.mapping.journal_entries import JOURNAL_COLUMNS, journal_entry, merged
from sync.connectors.netsuite.mapping.letters import MESSAGE_COLUMNS, NOTE_COLUMNS, message, note
from sync.connectors.netsuite.mapping.masters import exchange_rate, gl_account, subsidiary
from sync.connectors.netsuite.mapping.payments import payment
from sync.connectors.netsuite.mapping.refunds import refund, with_known
from sync.connectors.netsuite.mapping.sales_orders import sales_order

__all__ = [
    "DELETED_TYPES",
    "FILE_COLUMNS",
    "JOURNAL_COLUMNS",
    "MESSAGE_COLUMNS",
    "NOTE_COLUMNS",
    "ORIGIN",
    "Account",
    "Other",
    "balance",
    "configured_definition",
    "contact",
    "credit_memo",
    "customer",
    "definition",
    "deposit_application",
    "exchange_rate",
    "file_fields",
    "gl_account",
    "gone",
    "invoice",
    "invoice_file",
    "journal_entry",
    "merged",
    "message",
    "named_in",
    "note",
    "payment",
    "refund",
    "sales_order",
    "source_id_of",
    "subsidiary",
    "with_known",
]
