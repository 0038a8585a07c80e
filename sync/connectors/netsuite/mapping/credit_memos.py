"""CreditMemo records."""

from store.applications import Application
from store.credit_memos import CreditMemo
from store.money import Money
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, taken
from sync.connectors.netsuite.mapping.transactions import (
    applications,
    applied_total,
    currency_of,
    is_voided,
    nothing,
)
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import calendar_date, custom_fields, money, rate, reference_name, rest, text

_TAKEN = taken(
    "tranId entity tranDate total applied unapplied amountRemaining amountPaid balance currency exchangeRate "
    "createdFrom memo subsidiary salesRep status applyList",
)


def credit_memo(tree: Tree, account: Account) -> CreditMemo:
    """A credit memo with what it was applied to. Raises UnreadableFieldError."""
    origin = provenance(tree, "credit_memo", account)
    currency = currency_of(tree, account)
    total = required(money(tree, "total", currency), "total")
    applied = applications(tree, currency, account)
    voided = is_voided(tree, account)
    return CreditMemo(
        **origin,
        number=required(text(tree, "tranId"), "tranId"),
        total=total,
        unapplied=nothing(currency) if voided else _unapplied(tree, total, applied),
        customer_id=required(reference(tree, "entity", "customer"), "entity"),
        credit_date=calendar_date(tree, "tranDate", account.zone),
        status=text(tree, "status"),
        is_voided=voided,
        memo=text(tree, "memo"),
        created_from=reference_name(tree, "createdFrom"),
        subsidiary=reference_name(tree, "subsidiary"),
        sales_rep=reference_name(tree, "salesRep"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/custcred.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN),
        applications=applied,
    )


def _unapplied(tree: Tree, total: Money, applied: tuple[Application, ...]) -> Money:
    """What lowers no invoice yet: as the record says it, else what its applications leave."""
    currency = total.currency
    said = money(tree, "unapplied", currency) or money(tree, "amountRemaining", currency)
    if said is not None:
        return said
    counted = money(tree, "applied", currency)
    return total - (applied_total(applied, currency) if counted is None else counted)
