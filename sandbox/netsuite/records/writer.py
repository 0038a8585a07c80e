"""What all record writers share: references, optional elements, custom fields."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.company import Subsidiary
from sandbox.ledger.records import Choice, Currency, Customer, CustomField, FieldKind
from sandbox.ledger.setup import BANK_ID, CURRENCIES, RECEIVABLES_ID, TERMS, UNDEPOSITED_ID
from sandbox.netsuite.texts import Calendar, attribute, boolean, double, text
from sandbox.netsuite.wsdl import namespace

_COUNTRIES = {
    "US": "_unitedStates",
    "GB": "_unitedKingdom",
    "DE": "_germany",
    "FR": "_france",
    "SE": "_sweden",
    "JP": "_japan",
    "CA": "_canada",
    "KW": "_kuwait",
}
_FIELD_TYPES = {
    FieldKind.TEXT: "String",
    FieldKind.TEXT_AREA: "String",
    FieldKind.EMAIL: "String",
    FieldKind.PHONE: "String",
    FieldKind.HYPERLINK: "String",
    FieldKind.INTEGER: "Long",
    FieldKind.DECIMAL: "Double",
    FieldKind.CURRENCY: "Double",
    FieldKind.PERCENT: "Double",
    FieldKind.CHECK: "Boolean",
    FieldKind.DATE: "Date",
    FieldKind.DATETIME: "Date",
    FieldKind.SELECT: "Select",
    FieldKind.MULTISELECT: "MultiSelect",
}
# For a field that nobody defined.
_UNDEFINED = 2999


class _Names:
    """References to the company's own records, by the names that they have in one version of the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        units, staff = ledger.records(Kind.SUBSIDIARY), ledger.records(Kind.EMPLOYEE)
        self.version = ledger.version
        self.custom_fields = {made.script_id: made.id for made in ledger.records(Kind.CUSTOM_FIELD).values()}
        self.employees = {employee.id: ref_body(employee.id, employee.name) for employee in staff.values()}
        self.subsidiaries = {unit.id: ref_body(unit.id, subsidiary_name(unit, units)) for unit in units.values()}
        self.accounts = {
            account.id: ref_body(account.id, f"{account.number} {account.name}")
            for account in ledger.records(Kind.ACCOUNT).values()
        }


class Writer:
    """Turns values into elements for one endpoint version and one token user."""

    def __init__(self, ledger: Ledger, calendar: Calendar, version: str) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.version = version
        self.exponents = {currency.code: currency.exponent for currency in CURRENCIES}
        self.currency_ids = {currency.code: currency.id for currency in CURRENCIES}
        self.currency_names = {currency.code: text(currency.name) for currency in CURRENCIES}
        self.currencies = {currency.code: ref_body(currency.id, currency.name) for currency in CURRENCIES}
        self.currency_formats = {currency.code: _currency_format(currency) for currency in CURRENCIES}
        self.terms = {terms.id: ref_body(terms.id, terms.name) for terms in TERMS}
        self._names = _Names(ledger)
        self._kept: dict[tuple[Callable[[Any, Writer], str], int], tuple[Any, str]] = {}

    def opening(self, prefix: str, schema: str, type_name: str, record_id: int, external_id: str = "") -> str:
        """The start of a record element, with the namespace of its own schema."""
        other = f' externalId="{attribute(external_id)}"' if external_id else ""
        return (
            f'<platformCore:record internalId="{record_id}"{other} xsi:type="{prefix}:{type_name}"'
            f' xmlns:{prefix}="{namespace(schema, self.version)}">'
        )

    @property
    def employees(self) -> Mapping[int, str]:
        """Attributes and content of a reference to an employee."""
        return self._fresh().employees

    @property
    def subsidiaries(self) -> Mapping[int, str]:
        """Attributes and content of a reference to a subsidiary, named with its parents."""
        return self._fresh().subsidiaries

    @property
    def receivables(self) -> str:
        """Attributes and content of a reference to the account of receivables."""
        return self._fresh().accounts[RECEIVABLES_ID]

    def _fresh(self) -> "_Names":
        if self._names.version != self.ledger.version:
            self._names = _Names(self.ledger)
        return self._names

    def of_customer(self, customer_id: int, write: "Callable[[Customer, Writer], str]") -> str:
        """What `write` says of a customer as it is now, written once for as long as it stays; nothing of none."""
        customer = self.ledger.customers.get(customer_id)
        if customer is None:
            return ""
        known, written = self._kept.get((write, customer_id), (None, ""))
        if known is not customer:
            written = write(customer, self)
            self._kept[write, customer_id] = (customer, written)
        return written

    def amount(self, minor: int, currency: str) -> str:
        return double(minor, self.exponents[currency])

    def customer_ref(self, customer_id: int) -> str:
        """Attributes and content of a reference to a customer; its name shows the chain of parents."""
        customer = self.ledger.customers.get(customer_id)
        return ref_body(customer_id, self._chain(customer) if customer else "")

    def money_account(self, is_undeposited: bool) -> str:  # noqa: FBT001 -- the value itself is the argument
        """Attributes and content of a reference to where the money of a payment is."""
        return self._fresh().accounts[UNDEPOSITED_ID if is_undeposited else BANK_ID]

    def account_ref(self, element: str, account_id: int | None) -> str:
        """A reference to an account, or nothing when there is none."""
        return reference(element, self._fresh().accounts[account_id]) if account_id else ""

    def order_ref(self, element: str, order_id: int | None) -> str:
        """A reference to a sales order, or nothing when there is none."""
        order = self.ledger.records(Kind.SALES_ORDER).get(order_id or 0)
        return reference(element, ref_body(order.id, f"Sales Order #{order.number}")) if order else ""

    def invoice_ref(self, element: str, invoice_id: int | None) -> str:
        """A reference to an invoice, or nothing when there is none."""
        invoice = self.ledger.invoices.get(invoice_id or 0)
        return reference(element, ref_body(invoice.id, f"Invoice #{invoice.number}")) if invoice else ""

    def _chain(self, customer: Customer) -> str:
        own = f"{customer.number} {customer.name}"
        parent = self.ledger.customers.get(customer.parent_id) if customer.parent_id else None
        return f"{self._chain(parent)} : {own}" if parent else own

    def custom_fields(self, prefix: str, fields: tuple[CustomField, ...]) -> str:
        if not fields:
            return ""
        content = "".join(self._custom_field(field) for field in fields)
        return f"<{prefix}:customFieldList>{content}</{prefix}:customFieldList>"

    def _custom_field(self, field: CustomField) -> str:
        values = field.value if isinstance(field.value, tuple) else (field.value,)
        content = "".join(self._custom_value(value) for value in values)
        return (
            f'<platformCore:customField internalId="{self._fresh().custom_fields.get(field.script_id, _UNDEFINED)}"'
            f' scriptId="{field.script_id}" xsi:type="platformCore:{_FIELD_TYPES[field.kind]}CustomFieldRef">'
            f"{content}</platformCore:customField>"
        )

    def _custom_value(self, value: object) -> str:
        match value:
            case Choice():
                return (
                    f'<platformCore:value internalId="{value.id}" typeId="88">'
                    f"<platformCore:name>{text(value.name)}</platformCore:name></platformCore:value>"
                )
            case bool():
                content = boolean(value)
            case Decimal():
                content = double(int(value.scaleb(2)), 2)
            case datetime():
                content = self.calendar.instant(value)
            case date():
                content = self.calendar.day(value)
            case _:
                content = text(str(value))
        return f"<platformCore:value>{content}</platformCore:value>"


def ref_body(internal_id: int, name: str) -> str:
    """What follows the element's name in a RecordRef: attribute, name and the bare end of the start tag."""
    return f' internalId="{internal_id}"><platformCore:name>{text(name)}</platformCore:name>'


def reference(element: str, body: str) -> str:
    """A RecordRef element with these attributes and this content, as `ref_body` gives them."""
    return f"<{element}{body}</{element}>"


def _currency_format(currency: Currency) -> str:
    """How a customer's amounts are shown: as the currency's own."""
    return (
        "<listRel:overrideCurrencyFormat>false</listRel:overrideCurrencyFormat>"
        f"<listRel:displaySymbol>{text(currency.display_symbol)}</listRel:displaySymbol>"
        "<listRel:symbolPlacement>_beforeNumber</listRel:symbolPlacement>"
    )


def country(code: str) -> str:
    """The enumeration value of an ISO country code."""
    return _COUNTRIES[code]


def subsidiary_name(unit: Subsidiary, units: Mapping[int, Subsidiary]) -> str:
    """The name with its parents before it, as references show it."""
    parent = units.get(unit.parent_id or 0)
    return f"{subsidiary_name(parent, units)} : {unit.name}" if parent else unit.name


def optional(prefix: str, name: str, value: str) -> str:
    """The element, or nothing for an empty value: null is said by absence."""
    return f"<{prefix}:{name}>{text(value)}</{prefix}:{name}>" if value else ""
