"""Invoice records with their lines and installments."""

from collections.abc import Mapping

from store.installments import Installment
from store.invoices import Invoice, InvoiceLine, InvoiceStatus
from store.money import Money
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, taken
from sync.connectors.netsuite.mapping.transactions import currency_of, is_voided, nothing, rows, status_word
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import (
    UnreadableFieldError,
    calendar_date,
    custom_fields,
    money,
    rate,
    reference_id,
    reference_name,
    rest,
    text,
)

_TAKEN = taken(
    "tranId entity tranDate dueDate total amountRemaining currency exchangeRate subsidiary terms otherRefNum memo "
    "salesRep itemList installmentList",
)
# The internal ids that every account has for the states of an approval.
_IS_PENDING: Mapping[str, bool] = {"1": True, "2": False, "3": True}
# The status is text in the user's language: where the record has no approval status, these English ones tell it.
_PENDING = frozenset({"pending approval", "rejected"})


def invoice(tree: Tree, account: Account) -> Invoice:
    """An Invoice record with the lines that came with it. Raises UnreadableFieldError."""
    origin = provenance(tree, "invoice", account)
    currency = currency_of(tree, account)
    total = required(money(tree, "total", currency), "total")
    voided = is_voided(tree, account)
    open_balance = _open_balance(tree, total, is_settled=voided)
    return Invoice(
        **origin,
        number=required(text(tree, "tranId"), "tranId"),
        status=InvoiceStatus.VOIDED if voided else _status(tree, total, open_balance),
        total=total,
        open_balance=open_balance,
        customer_id=required(reference(tree, "entity", "customer"), "entity"),
        invoice_date=calendar_date(tree, "tranDate", account.zone),
        due_date=calendar_date(tree, "dueDate", account.zone),
        payment_terms=reference_name(tree, "terms"),
        po_number=text(tree, "otherRefNum"),
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        sales_rep=reference_name(tree, "salesRep"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/custinvc.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN),
        lines=_lines(tree, currency),
        installments=_installments(tree, currency, account),
    )


def _open_balance(tree: Tree, total: Money, *, is_settled: bool) -> Money:
    """What is still to be paid; where SuiteTalk leaves it out, what the paid amount leaves of the total."""
    remaining = money(tree, "amountRemaining", total.currency)
    if remaining is not None:
        return remaining
    if is_settled or status_word(tree) == "paid in full":
        return nothing(total.currency)
    return total - required(money(tree, "amountPaid", total.currency), "amountRemaining")


def _status(tree: Tree, total: Money, open_balance: Money) -> InvoiceStatus:
    if _is_pending(tree):
        return InvoiceStatus.PENDING
    if open_balance.minor <= 0:
        return InvoiceStatus.PAID
    return InvoiceStatus.OPEN if open_balance.minor >= total.minor else InvoiceStatus.PARTIALLY_PAID


def _is_pending(tree: Tree) -> bool:
    approval = reference_id(tree, "approvalStatus")
    if approval is None:
        return status_word(tree) in _PENDING
    if approval not in _IS_PENDING:
        raise UnreadableFieldError("approvalStatus", f"«{approval}» is none that we know")
    return _IS_PENDING[approval]


def _lines(tree: Tree, currency: str) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            line_number=number,
            # Description lines and the heads of item groups carry no amount.
            amount=money(item, "amount", currency) or nothing(currency),
            item=reference_name(item, "item"),
            description=text(item, "description"),
            quantity=text(item, "quantity"),
        )
        for number, item in enumerate(rows(tree, "itemList", "item"), start=1)
    )


def _installments(tree: Tree, currency: str, account: Account) -> tuple[Installment, ...]:
    return tuple(
        Installment(
            # Numbered anew, as two of one number could not be kept side by side.
            sequence=number,
            amount=required(money(part, "amount", currency), "installment.amount"),
            open_balance=required(money(part, "amountDue", currency), "installment.amountDue"),
            due_date=calendar_date(part, "dueDate", account.zone),
        )
        for number, part in enumerate(rows(tree, "installmentList", "installment"), start=1)
    )
