"""The streams of the connector, in the order of pulling.

A further stream is one value here and one mapping function.
"""

from collections.abc import Callable, Mapping

from store.pulled import Record
from sync.connectors.netsuite.mapping import (
    FILE_COLUMNS,
    JOURNAL_COLUMNS,
    MESSAGE_COLUMNS,
    NOTE_COLUMNS,
    Account,
    balance,
    contact,
    credit_memo,
    customer,
    definition,
    deposit_application,
    exchange_rate,
    file_fields,
    gl_account,
    gone,
    invoice,
    invoice_file,
    journal_entry,
    message,
    note,
    payment,
    refund,
    sales_order,
    subsidiary,
)
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Criterion, is_true
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream, Way
from sync.errors import RejectedError


def _always(_settings: NetSuiteSettings) -> bool:
    return True


def _customer_stages(settings: NetSuiteSettings) -> tuple[Criterion, ...]:
    return (Criterion(field="stage", values=tuple(f"_{stage}" for stage in settings.customer_stages)),)


def _transactions(*types: str) -> tuple[Criterion, ...]:
    # Without mainLine every line of a transaction comes as a record of its own.
    return (Criterion(field="type", values=types), is_true("mainLine"))


def _invoice_lines(settings: NetSuiteSettings) -> bool:
    return settings.invoice_lines


_VOIDED = is_true("voided")
# Of an invoice what is unpaid, of a payment or a credit memo what is unapplied.
STILL_OPEN = (Criterion(field="amountRemaining", operator="greaterThan", values=(0.0,)),)
# The internal id that every account has for the role «Primary Contact».
_PRIMARY = Criterion(field="contactRole", values=("-10",))

SUBSIDIARIES = Stream(
    kind="subsidiary",
    searched="Subsidiary",
    mapped=subsidiary,
    permission="Lists > Subsidiaries",
    way=Way.WHOLE,
    is_listed=True,
)
ACCOUNTS = Stream(
    kind="gl_account",
    searched="Account",
    mapped=gl_account,
    permission="Lists > Accounts",
    way=Way.WHOLE,
    is_listed=True,
)
EXCHANGE_RATES = Stream(
    kind="exchange_rate",
    searched="CurrencyRate",
    mapped=exchange_rate,
    permission="Lists > Currency",
    way=Way.DATES,
    dated_by="effectiveDate",
)
CUSTOM_FIELDS = Stream(
    kind="custom_field",
    searched="",
    mapped=definition,
    permission="Setup > Custom Entity Fields and Setup > Custom Body Fields",
    way=Way.DEFINITIONS,
    is_listed=True,
)
CONTACTS = Stream(
    kind="contact",
    searched="Contact",
    mapped=contact,
    permission="Lists > Contacts",
    marked_by=_PRIMARY,
    # Who is the primary one decides about no amount: whoever was it stays it.
    needs_marks=False,
)
CUSTOMERS = Stream(
    kind="customer", searched="Customer", mapped=customer, permission="Lists > Customers", only=_customer_stages
)
INVOICES = Stream(
    kind="invoice",
    searched="Transaction",
    mapped=invoice,
    permission="Transactions > Invoice and Transactions > Find Transaction",
    always=_transactions("_invoice"),
    open_only=(Criterion(field="status", values=("_invoiceOpen",)),),
    marked_by=_VOIDED,
    with_lines=_invoice_lines,
)
PAYMENTS = Stream(
    kind="payment",
    searched="Transaction",
    mapped=payment,
    permission="Transactions > Customer Payment and Transactions > Customer Deposit",
    always=_transactions("_customerPayment", "_customerDeposit"),
    open_only=STILL_OPEN,
    marked_by=_VOIDED,
    # What they were applied to comes with the lines.
    with_lines=_always,
)
DEPOSIT_APPLICATIONS = Stream(
    kind="deposit_application",
    searched="Transaction",
    mapped=deposit_application,
    permission="Transactions > Deposit Application",
    always=_transactions("_depositApplication"),
    marked_by=_VOIDED,
    with_lines=_always,
)
CREDIT_MEMOS = Stream(
    kind="credit_memo",
    searched="Transaction",
    mapped=credit_memo,
    permission="Transactions > Credit Memo",
    always=_transactions("_creditMemo"),
    open_only=STILL_OPEN,
    marked_by=_VOIDED,
    with_lines=_always,
)
REFUNDS = Stream(
    kind="refund",
    searched="Transaction",
    mapped=refund,
    permission="Transactions > Customer Refund",
    always=_transactions("_customerRefund"),
    marked_by=_VOIDED,
    with_lines=_always,
)
# Rows, one for each line on receivables: a record has all lines, and does not say which accounts are receivables, nor
# what of a line is open. That a line left them, only a read of all tells.
JOURNAL_ENTRIES = Stream(
    kind="journal_entry",
    searched="Transaction",
    mapped=journal_entry,
    permission="Transactions > Make Journal Entry",
    always=(
        Criterion(field="type", values=("_journal",)),
        Criterion(field="accountType", values=("_accountsReceivable",)),
        is_true("posting"),
    ),
    marked_by=_VOIDED,
    columns=JOURNAL_COLUMNS,
    is_listed=True,
)
SALES_ORDERS = Stream(
    kind="sales_order",
    searched="Transaction",
    mapped=sales_order,
    permission="Transactions > Sales Order",
    always=_transactions("_salesOrder"),
    open_only=(
        Criterion(
            field="status",
            operator="noneOf",
            values=("_salesOrderBilled", "_salesOrderClosed", "_salesOrderCancelled"),
        ),
    ),
)
NOTES = Stream(
    kind="note",
    searched="Note",
    mapped=note,
    permission="Lists > Notes Tab and Lists > Perform Search",
    way=Way.DATES,
    dated_by="noteDate",
    columns=NOTE_COLUMNS,
    is_listed=True,
    has_script=True,
)
MESSAGES = Stream(
    kind="message",
    searched="Message",
    mapped=message,
    permission="Lists > Track Messages and Lists > Perform Search",
    way=Way.DATES,
    dated_by="messageDate",
    columns=MESSAGE_COLUMNS,
    is_listed=True,
    has_script=True,
)
FILES = Stream(
    kind="attachment",
    searched="Transaction",
    mapped=invoice_file,
    permission="Lists > Documents and Files",
    always=(*INVOICES.always, Criterion(field="fileJoin.internalIdNumber", operator="greaterThan", values=(0,))),
    open_only=INVOICES.open_only,
    joined_by="fileJoin.modified",
    columns=FILE_COLUMNS,
    fields_of=file_fields,
    is_listed=True,
)
BALANCES = Stream(
    kind="balance",
    searched="Customer",
    mapped=balance,
    permission="Lists > Customers and Lists > Perform Search",
    way=Way.WHOLE,
    only=_customer_stages,
    columns=("internalId", "currency", "balance", "fxBalance", "overdueBalance", "depositBalance", "daysOverdue"),
)


_SETTLING: Mapping[str, Callable[[Tree, Account], Record]] = {
    "CreditMemo": credit_memo,
    "DepositApplication": deposit_application,
    "CustomerRefund": refund,
}


def _settlement(tree: Tree, account: Account) -> Record:
    return _SETTLING.get(str(tree.get("@type")), payment)(tree, account)


# What a customer's invoices were or may be settled with, and what was paid back of it, all in one search.
SETTLEMENTS = Stream(
    kind="settlement",
    searched="Transaction",
    mapped=_settlement,
    permission=PAYMENTS.permission,
    always=_transactions(
        "_customerPayment", "_customerDeposit", "_creditMemo", "_depositApplication", "_customerRefund"
    ),
    open_only=STILL_OPEN,
    marked_by=_VOIDED,
    with_lines=_always,
)
DELETIONS = Stream(kind="deletion", searched="", mapped=gone, permission="Setup > Deleted Records", way=Way.DELETIONS)
# In the order of pulling: what refers to a record comes after it where that is possible.
STREAMS: Mapping[str, Stream] = {
    "subsidiaries": SUBSIDIARIES,
    "accounts": ACCOUNTS,
    "exchange_rates": EXCHANGE_RATES,
    "custom_fields": CUSTOM_FIELDS,
    "contacts": CONTACTS,
    "customers": CUSTOMERS,
    "invoices": INVOICES,
    "payments": PAYMENTS,
    "deposit_applications": DEPOSIT_APPLICATIONS,
    "credit_memos": CREDIT_MEMOS,
    "refunds": REFUNDS,
    "journal_entries": JOURNAL_ENTRIES,
    "sales_orders": SALES_ORDERS,
    "notes": NOTES,
    "messages": MESSAGES,
    "files": FILES,
    "balances": BALANCES,
    "deletions": DELETIONS,
}


def streams_of(settings: NetSuiteSettings) -> Mapping[str, Stream]:
    """The streams that the settings want, and have a login for, in the order of pulling."""
    wanted = {name: one for name, one in STREAMS.items() if one is not FILES or settings.invoice_files}
    if settings.has_tokens:
        return wanted
    return {name: one for name, one in wanted.items() if name in settings.by_suiteql}


def stream_named(name: str) -> Stream:
    """Raises RejectedError for a stream that there is not."""
    if name not in STREAMS:
        raise RejectedError(f"NetSuite has no stream «{name}», only {', '.join(STREAMS)}")
    return STREAMS[name]


def stream_of(kind: str) -> Stream:
    """The stream that brings records of this kind, each by its id. Raises RejectedError when there is none."""
    for stream in STREAMS.values():
        if stream.kind == kind and stream.searched and stream is not FILES:
            return stream
    raise RejectedError(f"no {kind} is pulled from NetSuite")
