"""The company's own records: listAcct:Subsidiary, listAcct:Account, listAcct:CurrencyRate and listEmp:Employee."""

from collections.abc import Mapping

from sandbox.ledger.company import Account, AccountType, Employee, ExchangeRate, Subsidiary
from sandbox.netsuite.records.writer import Writer, country, optional, reference
from sandbox.netsuite.texts import boolean, text
from sandbox.netsuite.wsdl import namespace

ACCOUNT_TYPES: Mapping[AccountType, str] = {
    AccountType.BANK: "_bank",
    AccountType.ACCOUNTS_RECEIVABLE: "_accountsReceivable",
    AccountType.OTHER_CURRENT_ASSET: "_otherCurrentAsset",
    AccountType.FIXED_ASSET: "_fixedAsset",
    AccountType.ACCOUNTS_PAYABLE: "_accountsPayable",
    AccountType.OTHER_CURRENT_LIABILITY: "_otherCurrentLiability",
    AccountType.DEFERRED_REVENUE: "_deferredRevenue",
    AccountType.EQUITY: "_equity",
    AccountType.INCOME: "_income",
    AccountType.COST_OF_GOODS_SOLD: "_costOfGoodsSold",
    AccountType.EXPENSE: "_expense",
    AccountType.OTHER_EXPENSE: "_otherExpense",
}
# What is carried at the rate of the day; the rest of a chart is translated at the period's average or at history.
_AT_CURRENT_RATE = frozenset(
    {
        AccountType.BANK,
        AccountType.ACCOUNTS_RECEIVABLE,
        AccountType.OTHER_CURRENT_ASSET,
        AccountType.FIXED_ASSET,
        AccountType.ACCOUNTS_PAYABLE,
        AccountType.OTHER_CURRENT_LIABILITY,
        AccountType.DEFERRED_REVENUE,
    }
)


def subsidiary_xml(unit: Subsidiary, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    """The record; its name is its own, without those of its parents."""
    parent = reference("listAcct:parent", writer.subsidiaries[unit.parent_id]) if unit.parent_id else ""
    place = optional("platformCommon", "city", unit.city)
    return (
        f"{writer.opening('listAcct', 'accounting', 'Subsidiary', unit.id)}"
        f"<listAcct:name>{text(unit.name)}</listAcct:name>{parent}"
        f"<listAcct:isInactive>{boolean(unit.is_inactive)}</listAcct:isInactive>"
        f"<listAcct:country>{country(unit.country)}</listAcct:country>"
        f'<listAcct:mainAddress xmlns:platformCommon="{namespace("common", writer.version)}">'
        f"<platformCommon:country>{country(unit.country)}</platformCommon:country>{place}</listAcct:mainAddress>"
        f"<listAcct:legalName>{text(unit.name)}</listAcct:legalName>"
        f"<listAcct:isElimination>{boolean(unit.is_elimination)}</listAcct:isElimination>"
        f"{optional('listAcct', 'email', unit.email)}"
        f"{reference('listAcct:currency', writer.currencies[unit.currency])}</platformCore:record>"
    )


def account_xml(account: Account, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    """The record; an account of several currencies names none."""
    rate = "_current" if account.type in _AT_CURRENT_RATE else "_average"
    currency = reference("listAcct:currency", writer.currencies[account.currency]) if account.currency else ""
    units = "".join(
        reference("platformCore:recordRef", writer.subsidiaries[unit_id]) for unit_id in account.subsidiary_ids
    )
    return (
        f"{writer.opening('listAcct', 'accounting', 'Account', account.id)}"
        f"<listAcct:acctType>{ACCOUNT_TYPES[account.type]}</listAcct:acctType>"
        f"<listAcct:acctNumber>{text(account.number)}</listAcct:acctNumber>"
        f"<listAcct:acctName>{text(account.name)}</listAcct:acctName>"
        f"<listAcct:includeChildren>true</listAcct:includeChildren>{currency}"
        f"<listAcct:generalRate>{rate}</listAcct:generalRate>"
        f"{writer.account_ref('listAcct:parent', account.parent_id)}"
        f"{optional('listAcct', 'description', account.description)}"
        f"<listAcct:isInactive>{boolean(account.is_inactive)}</listAcct:isInactive>"
        f"<listAcct:eliminate>{boolean(account.eliminate)}</listAcct:eliminate>"
        f"<listAcct:subsidiaryList>{units}</listAcct:subsidiaryList></platformCore:record>"
    )


def rate_xml(rate: ExchangeRate, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    return (
        f"{writer.opening('listAcct', 'accounting', 'CurrencyRate', rate.id)}"
        f"{reference('listAcct:baseCurrency', writer.currencies[rate.base_currency])}"
        f"{reference('listAcct:transactionCurrency', writer.currencies[rate.currency])}"
        f"<listAcct:exchangeRate>{rate.rate.normalize():f}</listAcct:exchangeRate>"
        f"<listAcct:effectiveDate>{writer.calendar.day(rate.effective_date)}</listAcct:effectiveDate>"
        "</platformCore:record>"
    )


def employee_xml(employee: Employee, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    first, _, last = employee.name.partition(" ")
    return (
        f"{writer.opening('listEmp', 'employees', 'Employee', employee.id)}"
        f"<listEmp:entityId>{text(employee.name)}</listEmp:entityId>"
        f"<listEmp:firstName>{text(first)}</listEmp:firstName>{optional('listEmp', 'lastName', last)}"
        f"{optional('listEmp', 'email', employee.email)}"
        f"<listEmp:isInactive>{boolean(employee.is_inactive)}</listEmp:isInactive>"
        f"<listEmp:lastModifiedDate>{writer.calendar.instant(employee.last_modified)}</listEmp:lastModifiedDate>"
        f"<listEmp:dateCreated>{writer.calendar.instant(employee.created_at)}</listEmp:dateCreated>"
        "</platformCore:record>"
    )
