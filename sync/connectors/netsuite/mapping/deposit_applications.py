"""DepositApplication records: what was drawn from a customer deposit."""

from store.deposit_applications import DepositApplication
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, taken
from sync.connectors.netsuite.mapping.transactions import applications, applied_total, currency_of, is_voided, nothing
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import calendar_date, custom_fields, money, rate, reference_name, rest, text

_TAKEN = taken(
    "tranId deposit customer tranDate total applied unapplied currency exchangeRate memo subsidiary status applyList",
)


def deposit_application(tree: Tree, account: Account) -> DepositApplication:
    """What was drawn, with what it was applied to. Raises UnreadableFieldError."""
    origin = provenance(tree, "deposit_application", account)
    currency = currency_of(tree, account)
    applied = applications(tree, currency, account)
    counted = money(tree, "applied", currency) or applied_total(applied, currency)
    voided = is_voided(tree, account)
    left = money(tree, "unapplied", currency) or nothing(currency)
    return DepositApplication(
        **origin,
        number=text(tree, "tranId") or origin["source_id"],
        deposit_id=required(reference(tree, "deposit", "payment"), "deposit"),
        total=money(tree, "total", currency) or counted + left,
        unapplied=nothing(currency) if voided else left,
        customer_id=required(reference(tree, "customer", "customer"), "customer"),
        applied_on=calendar_date(tree, "tranDate", account.zone),
        status=text(tree, "status"),
        is_voided=voided,
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/depappl.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN),
        applications=applied,
    )
