"""How the service names each kind of the ledger's records, in references, deletions and transaction searches."""

from collections.abc import Mapping

from sandbox.ledger import Kind

RECORD_TYPES: Mapping[Kind, str] = {
    Kind.CUSTOMER: "customer",
    Kind.CONTACT: "contact",
    Kind.INVOICE: "invoice",
    Kind.PAYMENT: "customerPayment",
    Kind.CUSTOMER_DEPOSIT: "customerDeposit",
    Kind.DEPOSIT_APPLICATION: "depositApplication",
    Kind.CREDIT_MEMO: "creditMemo",
    Kind.CUSTOMER_REFUND: "customerRefund",
    Kind.JOURNAL_ENTRY: "journalEntry",
    Kind.SALES_ORDER: "salesOrder",
    Kind.SUBSIDIARY: "subsidiary",
    Kind.ACCOUNT: "account",
    Kind.EXCHANGE_RATE: "currencyRate",
    Kind.EMPLOYEE: "employee",
    Kind.NOTE: "note",
    Kind.MESSAGE: "message",
    Kind.FILE: "file",
}
KINDS: Mapping[str, Kind] = {record_type: kind for kind, record_type in RECORD_TYPES.items()}

# The values of a transaction search's type, in the order in which a search without one gives them.
TRANSACTIONS: Mapping[str, Kind] = {
    "_invoice": Kind.INVOICE,
    "_customerPayment": Kind.PAYMENT,
    "_customerDeposit": Kind.CUSTOMER_DEPOSIT,
    "_creditMemo": Kind.CREDIT_MEMO,
    "_salesOrder": Kind.SALES_ORDER,
    "_depositApplication": Kind.DEPOSIT_APPLICATION,
    "_customerRefund": Kind.CUSTOMER_REFUND,
    "_journal": Kind.JOURNAL_ENTRY,
}
