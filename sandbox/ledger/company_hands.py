"""What a test or a demo does to the company's own records: found, open, price, hire, define."""

from datetime import date
from decimal import Decimal

from sandbox.ledger.book import Ledger
from sandbox.ledger.company import Account, AccountType, Employee, ExchangeRate, Subsidiary
from sandbox.ledger.custom_fields import AppliesTo, Definition
from sandbox.ledger.rates import FIRST_RATE_ID
from sandbox.ledger.records import CustomField, FieldKind, FieldValue, Kind

_KINDS = {AppliesTo.CUSTOMER: Kind.CUSTOMER, AppliesTo.INVOICE: Kind.INVOICE}


def found_subsidiary(ledger: Ledger, name: str, *, currency: str, country: str, parent_id: int = 1) -> Subsidiary:
    """A new subsidiary, of the first one unless said otherwise."""
    at = ledger.instant()
    unit = Subsidiary(
        id=ledger.new_id(Kind.SUBSIDIARY),
        name=name,
        currency=currency,
        country=country,
        parent_id=parent_id,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.SUBSIDIARY, unit)


def open_account(
    ledger: Ledger, number: str, name: str, account_type: AccountType, *, parent_id: int | None = None
) -> Account:
    """A new line in the chart of accounts."""
    at = ledger.instant()
    account = Account(
        id=ledger.new_id(Kind.ACCOUNT),
        number=number,
        name=name,
        type=account_type,
        parent_id=parent_id,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.ACCOUNT, account)


def set_rate(ledger: Ledger, base_currency: str, currency: str, rate: Decimal, *, on: date) -> ExchangeRate:
    """The price of one unit of `currency` from that day on, in place of a rate of the same day."""
    at = ledger.instant()
    held = ledger.records(Kind.EXCHANGE_RATE).values()
    pair = (base_currency, currency, on)
    same = [known for known in held if (known.base_currency, known.currency, known.effective_date) == pair]
    if same:
        changed: ExchangeRate = ledger.edit(Kind.EXCHANGE_RATE, same[-1].id, rate=rate)
        return changed
    made = ExchangeRate(
        id=ledger.new_id(Kind.EXCHANGE_RATE, FIRST_RATE_ID),
        base_currency=base_currency,
        currency=currency,
        rate=rate,
        effective_date=on,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.EXCHANGE_RATE, made)


def hire(ledger: Ledger, name: str, email: str) -> Employee:
    """A new employee."""
    at = ledger.instant()
    employee = Employee(id=ledger.new_id(Kind.EMPLOYEE), name=name, email=email, created_at=at, last_modified=at)
    return ledger.put(Kind.EMPLOYEE, employee)


def define_field(ledger: Ledger, script_id: str, label: str, kind: FieldKind, applies_to: AppliesTo) -> Definition:
    """A new custom field, which no record has a value for yet."""
    at = ledger.instant()
    made = Definition(
        id=ledger.new_id(Kind.CUSTOM_FIELD),
        script_id=script_id,
        label=label,
        kind=kind,
        applies_to=applies_to,
        created_at=at,
        last_modified=at,
    )
    return ledger.put(Kind.CUSTOM_FIELD, made)


def fill_field(ledger: Ledger, record_id: int, script_id: str, value: FieldValue | None) -> None:
    """The customer or invoice says this in its custom field, or nothing when the value is None.

    Raises KeyError for a field that is not defined and for a record that is not there.
    """
    defined = _defined(ledger, script_id)
    kind = _KINDS[defined.applies_to]
    kept = [field for field in ledger.records(kind)[record_id].custom_fields if field.script_id != script_id]
    if value is not None:
        kept.append(CustomField(script_id=script_id, kind=defined.kind, value=value))
    ledger.edit(kind, record_id, custom_fields=tuple(kept))


def retire_field(ledger: Ledger, script_id: str) -> None:
    """The field is inactive: its definition is hidden, the values stay. Raises KeyError."""
    defined = _defined(ledger, script_id)
    ledger.edit(Kind.CUSTOM_FIELD, defined.id, is_inactive=True)


def _defined(ledger: Ledger, script_id: str) -> Definition:
    found: dict[str, Definition] = {made.script_id: made for made in ledger.records(Kind.CUSTOM_FIELD).values()}
    return found[script_id]
