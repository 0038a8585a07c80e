"""CustomerPayment and CustomerDeposit records: money that came in."""

from collections.abc import Mapping

from store.applications import Application
from store.money import Money
from store.payments import Payment, PaymentKind
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, taken
from sync.connectors.netsuite.mapping.transactions import (
    applications,
    applied_total,
    currency_of,
    is_voided,
    nothing,
    status_word,
)
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import (
    calendar_date,
    custom_fields,
    money,
    one_of,
    rate,
    reference_name,
    rest,
    text,
)

_TAKEN = taken(
    "tranId customer tranDate payment total applied unapplied currency exchangeRate account checkNum checkNumber memo "
    "subsidiary status applyList pending balance",
)
_KINDS: Mapping[str, PaymentKind] = {
    "CustomerPayment": PaymentKind.PAYMENT,
    "CustomerDeposit": PaymentKind.DEPOSIT,
}
_DRAWN = ("applyList", "customerDepositApply")
_PAGES = {PaymentKind.PAYMENT: "custpymt", PaymentKind.DEPOSIT: "custdep"}


def payment(tree: Tree, account: Account) -> Payment:
    """A payment or a deposit with what it was applied to. Raises UnreadableFieldError."""
    origin = provenance(tree, "payment", account)
    kind = required(one_of(tree, "@type", _KINDS), "@type")
    currency = currency_of(tree, account)
    total = required(money(tree, "payment", currency) or money(tree, "total", currency), "payment")
    applied = _applied(tree, kind, currency, account)
    voided = is_voided(tree, account)
    return Payment(
        **origin,
        number=text(tree, "tranId") or text(tree, "checkNum") or origin["source_id"],
        kind=kind,
        total=total,
        unapplied=nothing(currency) if voided else _unapplied(tree, total, applied),
        customer_id=required(reference(tree, "customer", "customer"), "customer"),
        payment_date=calendar_date(tree, "tranDate", account.zone),
        status=text(tree, "status"),
        is_voided=voided,
        check_number=text(tree, "checkNum") or text(tree, "checkNumber"),
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        account=reference_name(tree, "account"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/{_PAGES[kind]}.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN),
        # What became of a deposit, its applications say, which are records of their own.
        applications=applied if kind is PaymentKind.PAYMENT else (),
    )


def _applied(tree: Tree, kind: PaymentKind, currency: str, account: Account) -> tuple[Application, ...]:
    if kind is PaymentKind.PAYMENT:
        return applications(tree, currency, account)
    return applications(tree, currency, account, kind="deposit_application", listed=_DRAWN)


def _unapplied(tree: Tree, total: Money, applied: tuple[Application, ...]) -> Money:
    """What settles nothing yet; a deposit does not say it, so it is what its applications leave."""
    said = money(tree, "unapplied", total.currency)
    if said is not None:
        return said
    if not applied and status_word(tree) == "fully applied":
        return nothing(total.currency)
    counted = money(tree, "applied", total.currency)
    return total - (applied_total(applied, total.currency) if counted is None else counted)
