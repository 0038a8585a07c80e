"""The records of the seeded ledger: what one company's receivables look like, in no vendor's words.

Amounts are integers in the minor unit of the record's ISO currency (JPY has 0 decimals, KWD 3), instants are
aware UTC with whole seconds, dates are plain dates. Ids are integers, unique within their kind of record.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of record that change over time and can be deleted."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CUSTOMER_DEPOSIT = "customer_deposit"
    DEPOSIT_APPLICATION = "deposit_application"
    CUSTOMER_REFUND = "customer_refund"
    CREDIT_MEMO = "credit_memo"
    SALES_ORDER = "sales_order"
    JOURNAL_ENTRY = "journal_entry"
    SUBSIDIARY = "subsidiary"
    ACCOUNT = "account"
    EXCHANGE_RATE = "exchange_rate"
    EMPLOYEE = "employee"
    CUSTOM_FIELD = "custom_field"
    NOTE = "note"
    MESSAGE = "message"
    FILE = "file"


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PARTIALLY_PAID = "partially_paid"
    PAID_IN_FULL = "paid_in_full"
    VOIDED = "voided"
    PENDING_APPROVAL = "pending_approval"


class FieldKind(StrEnum):
    """The data types of custom fields; an e-mail field is text to every reader of the data."""

    TEXT = "text"
    TEXT_AREA = "text_area"
    EMAIL = "email"
    PHONE = "phone"
    HYPERLINK = "hyperlink"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CURRENCY = "currency"
    PERCENT = "percent"
    CHECK = "check"
    DATE = "date"
    DATETIME = "datetime"
    SELECT = "select"
    MULTISELECT = "multiselect"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One entry of a custom list, as a select field refers to it."""

    id: int
    name: str


FieldValue = str | int | Decimal | bool | date | datetime | Choice | tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomField:
    script_id: str
    kind: FieldKind
    value: FieldValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Currency:
    """`exchange_rate` is the price of one unit in the base currency."""

    id: int
    code: str
    name: str
    display_symbol: str
    exponent: int
    exchange_rate: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    id: int
    name: str
    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """`country` is the ISO 3166 alpha-2 code."""

    line: str
    city: str
    state: str
    postal_code: str
    country: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """`credit_limit_minor` is in the customer's currency; `credit_hold` is auto, on or off."""

    id: int
    number: str
    name: str
    parent_id: int | None
    subsidiary_id: int
    currency: str
    terms_id: int
    sales_rep_id: int
    category: str
    email: str
    phone: str
    url: str
    comments: str
    address: Address
    credit_limit_minor: int | None
    credit_hold: str
    is_inactive: bool
    custom_fields: tuple[CustomField, ...]
    created_at: datetime
    last_modified: datetime
    fax: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    id: int
    customer_id: int
    is_primary: bool
    first_name: str
    last_name: str
    title: str
    email: str
    phone: str
    created_at: datetime
    last_modified: datetime
    entity_id: str = ""
    alt_email: str = ""
    mobile_phone: str = ""
    comments: str = ""
    is_inactive: bool = False
    external_id: str = ""

    @property
    def name(self) -> str:
        """What the contact is called: its own id, or else both names."""
        return self.entity_id or f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLine:
    line: int
    item_id: int
    item: str
    description: str
    quantity: int
    rate_minor: int
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Installment:
    sequence: int
    due_date: date
    amount_minor: int
    open_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Invoice:
    """A voided invoice keeps its number and lines, with every amount set to zero.

    `order_id` is the sales order that it bills, if any.
    """

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    invoice_date: date
    due_date: date
    terms_id: int
    po_number: str
    memo: str
    sales_rep_id: int
    email: str
    lines: tuple[InvoiceLine, ...]
    installments: tuple[Installment, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    paid_minor: int
    status: InvoiceStatus
    custom_fields: tuple[CustomField, ...]
    created_at: datetime
    last_modified: datetime
    order_id: int | None = None

    @property
    def open_minor(self) -> int:
        return self.total_minor - self.paid_minor

    @property
    def owed_minor(self) -> int:
        """What of it is owed: nothing before it is approved."""
        return 0 if self.status is InvoiceStatus.PENDING_APPROVAL else self.open_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """The part of a payment, deposit or credit memo that settles one invoice, and the discount granted with it."""

    invoice_id: int
    amount_minor: int
    discount_minor: int = 0

    @property
    def settled_minor(self) -> int:
        """By how much the open balance of the invoice went down."""
        return self.amount_minor + self.discount_minor


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """A voided payment keeps its number, with nothing applied and an amount of zero.

    An undeposited one still waits to be brought to the bank. `refunded_minor` of it went back to the customer.
    """

    id: int
    number: str
    customer_id: int
    subsidiary_id: int
    currency: str
    exchange_rate: Decimal
    payment_date: date
    amount_minor: int
    applications: tuple[Application, ...]
    check_number: str
    memo: str
    created_at: datetime
    last_modified: datetime
    is_undeposited: bool = False
    is_voided: bool = False
    refunded_minor: int = 0

    @property
    def unapplied_minor(self) -> int:
        return self.amount_minor - self.refunded_minor - sum(applied.amount_minor for applied in self.applications)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    kind: Kind
    id: int
    name: str
    deleted_at: datetime
