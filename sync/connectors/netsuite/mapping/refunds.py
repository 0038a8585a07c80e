"""CustomerRefund records: money that was paid back."""

from collections.abc import Mapping
from dataclasses import replace

from store.applications import Application
from store.records import RecordId, record_id
from store.refunds import Refund
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, provenance, reference, required, taken
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
    "tranId transactionNumber customer tranDate total balance currency exchangeRate account memo subsidiary status "
    "applyList depositList",
)
# Whether it is a payment or a credit memo the list says in the user's language only.
_UNKNOWN = "settlement"
_DEPOSITS = ("depositList", "customerRefundDeposit")


def refund(tree: Tree, account: Account) -> Refund:
    """A refund with what it was paid out of. Raises UnreadableFieldError."""
    origin = provenance(tree, "refund", account)
    currency = currency_of(tree, account)
    total = required(money(tree, "total", currency), "total")
    paid_back = applications(tree, currency, account, kind=_UNKNOWN)
    of_deposits = applications(tree, currency, account, kind="payment", listed=_DEPOSITS)
    shifted = (replace(one, line_number=len(paid_back) + one.line_number) for one in of_deposits)
    used = (*paid_back, *shifted)
    voided = is_voided(tree, account)
    return Refund(
        **origin,
        number=text(tree, "tranId") or text(tree, "transactionNumber") or origin["source_id"],
        total=total,
        unapplied=nothing(currency) if voided else total - applied_total(used, currency),
        customer_id=required(reference(tree, "customer", "customer"), "customer"),
        refund_date=calendar_date(tree, "tranDate", account.zone),
        status=text(tree, "status"),
        is_voided=voided,
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        account=reference_name(tree, "account"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/custrfnd.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN),
        applications=used,
    )


def with_known(found: Refund, known: Mapping[str, RecordId]) -> Refund:
    """The refund with the records that it was paid out of, which are known by their internal ids."""
    return replace(found, applications=tuple(_resolved(one, known) for one in found.applications))


def _resolved(one: Application, known: Mapping[str, RecordId]) -> Application:
    internal_id = one.applied_to.removeprefix(record_id(ORIGIN, _UNKNOWN, ""))
    return replace(one, applied_to=known.get(internal_id, one.applied_to))
