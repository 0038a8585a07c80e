"""Rows of the company's own lists, and of what was deleted, in the shape of SuiteTalk's records. Pure."""

from collections.abc import Mapping

from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.parts import Row, flag, reference, without_nulls
from sync.connectors.netsuite.suiteql.related import Context

# What SuiteTalk calls the types of accounts.
_ACCOUNT_TYPES: Mapping[str, str] = {
    "AcctPay": "_accountsPayable",
    "AcctRec": "_accountsReceivable",
    "Bank": "_bank",
    "COGS": "_costOfGoodsSold",
    "CredCard": "_creditCard",
    "DeferExpense": "_deferredExpense",
    "DeferRevenue": "_deferredRevenue",
    "Equity": "_equity",
    "Expense": "_expense",
    "FixedAsset": "_fixedAsset",
    "Income": "_income",
    "LongTermLiab": "_longTermLiability",
    "NonPosting": "_nonPosting",
    "OthAsset": "_otherAsset",
    "OthCurrAsset": "_otherCurrentAsset",
    "OthCurrLiab": "_otherCurrentLiability",
    "OthExpense": "_otherExpense",
    "OthIncome": "_otherIncome",
    "Stat": "_statistical",
    "UnbilledRec": "_unbilledReceivable",
}
# What was deleted, by the names of records and of types of transactions, in small letters alone.
_DELETED: Mapping[str, str] = {
    "contact": "contact",
    "creditmemo": "creditMemo",
    "currencyrate": "currencyRate",
    "custcred": "creditMemo",
    "custdep": "customerDeposit",
    "custinvc": "invoice",
    "custjob": "customer",
    "customer": "customer",
    "customerdeposit": "customerDeposit",
    "customerpayment": "customerPayment",
    "customerrefund": "customerRefund",
    "custpymt": "customerPayment",
    "custrfnd": "customerRefund",
    "depappl": "depositApplication",
    "depositapplication": "depositApplication",
    "invoice": "invoice",
    "journal": "journalEntry",
    "journalentry": "journalEntry",
    "message": "message",
    "note": "note",
    "salesord": "salesOrder",
    "salesorder": "salesOrder",
}


def subsidiary_tree(row: Row, _: Context) -> Tree:
    """A row of subsidiaries as a Subsidiary record; its country is a code of ISO 3166."""
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "Subsidiary",
            "name": row.get("name"),
            "legalName": row.get("legalname"),
            "parent": reference(row, "parent", "parent_name"),
            "currency": reference(row, "currency"),
            "country": row.get("country"),
            "email": row.get("email"),
            "url": row.get("url"),
            "isElimination": flag(row, "iselimination"),
            "isInactive": flag(row, "isinactive"),
        }
    )


def account_tree(row: Row, _: Context) -> Tree:
    """A row of accounts as an Account record."""
    kind = row.get("accttype")
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "Account",
            "acctNumber": row.get("acctnumber"),
            "acctName": row.get("accountsearchdisplaynamecopy") or row.get("fullname"),
            "acctType": None if kind is None else _ACCOUNT_TYPES.get(kind, kind),
            "parent": reference(row, "parent"),
            "currency": reference(row, "currency"),
            "description": row.get("description"),
            "eliminate": flag(row, "eliminate"),
            "isInactive": flag(row, "isinactive"),
        }
    )


def rate_tree(row: Row, _: Context) -> Tree:
    """A row of exchange rates as a CurrencyRate record."""
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "CurrencyRate",
            "baseCurrency": reference(row, "basecurrency"),
            "transactionCurrency": reference(row, "transactioncurrency"),
            "exchangeRate": row.get("exchangerate"),
            "effectiveDate": row.get("day"),
        }
    )


def deletion_tree(row: Row) -> Tree | None:
    """A row of deletions as an entry of deleted records; None for what is none of ours."""
    record = _DELETED.get("".join(letter for letter in row.get("type", "").lower() if letter.isalpha()))
    if record is None:
        return None
    return without_nulls(
        {
            "record": {"@recordType": record, "@internalId": row.get("recordid"), "@type": "RecordRef"},
            "deletedDate": row.get("deleted"),
        }
    )
