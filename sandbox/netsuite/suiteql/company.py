"""The tables of the company's own lists, and of what was set up and deleted."""

from collections.abc import Iterable, Mapping

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.company import AccountType
from sandbox.ledger.custom_fields import AppliesTo
from sandbox.ledger.records import Deletion, FieldKind
from sandbox.netsuite.common_fields import id_of_currency
from sandbox.netsuite.deleted import DELETED_TYPES
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.suiteql.transactions import CURRENCY, CURRENCY_NAMES, shown_subsidiary

_ACCOUNT_TYPES: Mapping[AccountType, str] = {
    AccountType.BANK: "Bank",
    AccountType.ACCOUNTS_RECEIVABLE: "AcctRec",
    AccountType.OTHER_CURRENT_ASSET: "OthCurrAsset",
    AccountType.FIXED_ASSET: "FixedAsset",
    AccountType.ACCOUNTS_PAYABLE: "AcctPay",
    AccountType.OTHER_CURRENT_LIABILITY: "OthCurrLiab",
    AccountType.DEFERRED_REVENUE: "DeferRevenue",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.COST_OF_GOODS_SOLD: "COGS",
    AccountType.EXPENSE: "Expense",
    AccountType.OTHER_EXPENSE: "OthExpense",
}
FIELD_TYPES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "TEXT",
    FieldKind.TEXT_AREA: "TEXTAREA",
    FieldKind.EMAIL: "EMAIL",
    FieldKind.PHONE: "PHONE",
    FieldKind.HYPERLINK: "URL",
    FieldKind.INTEGER: "INTEGER",
    FieldKind.DECIMAL: "FLOAT",
    FieldKind.CURRENCY: "CURRENCY",
    FieldKind.PERCENT: "PERCENT",
    FieldKind.CHECK: "CHECKBOX",
    FieldKind.DATE: "DATE",
    FieldKind.DATETIME: "DATETIMETZ",
    FieldKind.SELECT: "SELECT",
    FieldKind.MULTISELECT: "MULTISELECT",
}

SUBSIDIARY = Table(
    kinds=(Kind.SUBSIDIARY,),
    columns={
        "id": attribute("id"),
        "country": attribute("country"),
        "currency": CURRENCY,
        "email": attribute("email"),
        "fullname": Column(lambda unit, ledger: shown_subsidiary(unit.id, ledger)),
        "iselimination": flag(lambda unit: unit.is_elimination),
        "isinactive": flag(lambda unit: unit.is_inactive),
        "lastmodifieddate": attribute("last_modified"),
        "legalname": attribute("name"),
        "name": attribute("name"),
        "parent": Column(
            lambda unit, _: unit.parent_id,
            lambda unit, ledger: shown_subsidiary(unit.parent_id, ledger) if unit.parent_id else None,
        ),
        "url": Column(lambda *_: None),
    },
)
ACCOUNT = Table(
    kinds=(Kind.ACCOUNT,),
    columns={
        "id": attribute("id"),
        "accountsearchdisplayname": Column(lambda account, _: f"{account.number} {account.name}"),
        "accountsearchdisplaynamecopy": attribute("name"),
        "acctnumber": attribute("number"),
        "accttype": Column(lambda account, _: _ACCOUNT_TYPES[account.type]),
        "currency": Column(
            lambda account, _: id_of_currency(account.currency) if account.currency else None,
            lambda account, _: CURRENCY_NAMES[account.currency] if account.currency else None,
        ),
        "description": attribute("description"),
        "eliminate": flag(lambda account: account.eliminate),
        "fullname": attribute("name"),
        "isinactive": flag(lambda account: account.is_inactive),
        "lastmodifieddate": attribute("last_modified"),
        "parent": attribute("parent_id"),
    },
)
CURRENCY_RATE = Table(
    kinds=(Kind.EXCHANGE_RATE,),
    columns={
        "id": attribute("id"),
        "basecurrency": Column(
            lambda rate, _: id_of_currency(rate.base_currency), lambda rate, _: CURRENCY_NAMES[rate.base_currency]
        ),
        "effectivedate": attribute("effective_date"),
        "exchangerate": attribute("rate"),
        "lastmodifieddate": attribute("last_modified"),
        "transactioncurrency": CURRENCY,
    },
)


def _definitions(ledger: Ledger) -> Iterable[object]:
    return ledger.records(Kind.CUSTOM_FIELD).values()


CUSTOM_FIELD = Table(
    made=_definitions,
    opened_by="entityCustomField",
    columns={
        "internalid": attribute("id"),
        "fieldtype": Column(lambda made, _: "ENTITY" if made.applies_to is AppliesTo.CUSTOMER else "BODY"),
        "fieldvaluetype": Column(lambda made, _: FIELD_TYPES[made.kind]),
        "isinactive": flag(lambda made: made.is_inactive),
        "lastmodifieddate": attribute("last_modified"),
        "name": attribute("label"),
        # In capitals, other than everywhere else.
        "scriptid": Column(lambda made, _: made.script_id.upper()),
    },
)


def _deletions(ledger: Ledger) -> Iterable[Deletion]:
    return (one for one in ledger.deletions if one.kind in DELETED_TYPES)


DELETED_RECORD = Table(
    made=_deletions,
    opened_by="deletedRecord",
    columns={
        "deleteddate": attribute("deleted_at"),
        "name": attribute("name"),
        "recordid": attribute("id"),
        "recordtypeid": Column(lambda one, _: list(Kind).index(one.kind)),
        "type": Column(lambda one, _: DELETED_TYPES[one.kind].lower()),
    },
)
