"""What transactions are read from, as constants: their bodies, lines, installments and applications."""

from sync.connectors.netsuite.suiteql.tables import CHANGED, DAY_TEXT, UTC_TEXT, WINDOW, Select, Table, shown

_BODY = (
    "id",
    "type",
    "tranid",
    "entity",
    shown("entity"),
    DAY_TEXT.format("trandate", "day"),
    "foreigntotal",
    "currency",
    "exchangerate",
    "memo",
    "status",
    shown("status"),
    "voided",
    UTC_TEXT.format("createddate", "created"),
    CHANGED,
)
_OWED = (
    DAY_TEXT.format("duedate", "due"),
    "terms",
    shown("terms"),
    "otherrefnum",
    "email",
    "employee",
    shown("employee"),
    shown("postingperiod", "period"),
)
_USED = ("foreignpaymentamountused", "foreignpaymentamountunused", "otherrefnum", "employee", shown("employee"))
_CONDITIONS = {
    "internalId": "id IN (:values)",
    "entity": "entity IN (:values)",
    "lastModifiedDate": WINDOW,
    "type": "type IN (:values)",
}
_OPTIONAL = frozenset(
    {"createddate", "currency", "email", "employee", "exchangerate", "memo", "otherrefnum", "postingperiod", "terms"}
)
TYPES = {
    "_creditMemo": "CustCred",
    "_customerDeposit": "CustDep",
    "_customerPayment": "CustPymt",
    "_customerRefund": "CustRfnd",
    "_depositApplication": "DepAppl",
    "_invoice": "CustInvc",
    "_journal": "Journal",
    "_salesOrder": "SalesOrd",
}
INVOICES = Table(
    name="transaction",
    columns=(*_BODY, *_OWED, "foreignamountunpaid", "foreignamountpaid"),
    # Open are those of which something is unpaid, in every language and type.
    conditions=_CONDITIONS | {"status": "foreignamountunpaid > 0"},
    words=TYPES,
    optional=_OPTIONAL,
)
SETTLEMENTS = Table(
    name="transaction",
    columns=(*_BODY, *_USED),
    conditions=_CONDITIONS | {"amountRemaining": "foreignpaymentamountunused > 0"},
    words=TYPES,
    optional=_OPTIONAL,
)
# Entries that post anything: which of their lines are receivables, other tables tell.
JOURNAL_ENTRIES = Table(
    name="transaction",
    columns=(
        "id",
        "tranid",
        DAY_TEXT.format("trandate", "day"),
        "currency",
        "memo",
        "voided",
        CHANGED,
    ),
    conditions=_CONDITIONS | {"accountType": "posting = 'T'", "posting": "posting = 'T'"},
    words=TYPES,
    optional=_OPTIONAL,
)
SALES_ORDERS = Table(
    name="transaction",
    columns=(*_BODY, "terms", shown("terms"), "otherrefnum", "email", "employee", shown("employee")),
    # Neither billed nor closed nor cancelled: a status is told by its letter, with or without its type.
    conditions=_CONDITIONS | {"status": "status NOT IN ('C', 'G', 'H', 'SalesOrd:C', 'SalesOrd:G', 'SalesOrd:H')"},
    words=TYPES,
    optional=_OPTIONAL,
)

# A line for what was sold and for the whole; taxes and the cost of goods are lines, too.
LINES_OF = Select(
    table="transactionline",
    columns=(
        "uniquekey",
        "transaction",
        "mainline",
        "linesequencenumber",
        shown("item"),
        "memo",
        "quantity",
        "foreignamount",
        shown("subsidiary"),
        shown("createdfrom"),
    ),
    where="taxline = 'F' AND iscogs = 'F' AND transaction IN (:ids) AND uniquekey > :after",
    order="uniquekey",
    optional=frozenset({"createdfrom", "subsidiary"}),
)
MAIN_LINES_OF = Select(
    table="transactionline",
    columns=("uniquekey", "transaction", "mainline", shown("subsidiary"), shown("createdfrom")),
    where="mainline = 'T' AND transaction IN (:ids) AND uniquekey > :after",
    order="uniquekey",
    optional=frozenset({"createdfrom", "subsidiary"}),
)
INSTALLMENTS_OF = Select(
    table="invoiceinstallment",
    columns=("id", "invoice", "seqnum", "amount", "amountdue", DAY_TEXT.format("duedate", "due")),
    where="invoice IN (:ids) AND id > :after",
)
# What settles comes after what it settles, and a refund after what it was paid out of.
APPLICATIONS_OF = Select(
    table="nexttransactionlinelink",
    columns=("nextdoc", "previousdoc", "foreignamount"),
    where="linktype = 'Payment' AND nextdoc IN (:ids)",
    order="nextdoc, previousdoc, previousline, nextline",
)
# A deposit is followed by what was drawn from it.
DRAWN_FOR = Select(
    table="nexttransactionlinelink",
    columns=("nextdoc", "previousdoc", "foreignamount"),
    where="linktype = 'DepAppl' AND nextdoc IN (:ids)",
    order="nextdoc, previousdoc, previousline, nextline",
)
DOCUMENTS = Select(
    table="transaction",
    columns=("id", "tranid", DAY_TEXT.format("trandate", "day")),
    where="id IN (:ids) AND id > :after",
)
# The account of the main line, in the first book.
ACCOUNTS_OF = Select(
    table="transactionaccountingline",
    columns=("transaction", shown("account")),
    where="transactionline = 0 AND accountingbook = 1 AND transaction IN (:ids) AND transaction > :after",
    order="transaction",
)
RECEIVABLES = Select(table="account", columns=("id",), where="accttype = 'AcctRec' AND id > :after")
# Which lines post to these accounts, in the first book.
POSTED_OF = Select(
    table="transactionaccountingline",
    columns=("transaction", "transactionline"),
    where="accountingbook = 1 AND account IN (:accounts) AND transaction IN (:ids)",
    order="transaction, transactionline",
)
ENTRY_LINES_OF = Select(
    table="transactionline",
    columns=(
        "uniquekey",
        "transaction",
        "id",
        "entity",
        "foreignamount",
        "foreignamountunpaid",
        "foreignpaymentamountunused",
        "memo",
    ),
    where="transaction IN (:ids) AND uniquekey > :after",
    order="uniquekey",
    optional=frozenset({"memo"}),
)
