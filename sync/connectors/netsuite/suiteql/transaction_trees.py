"""Rows of transactions in the shape of SuiteTalk's records. Pure."""

from collections.abc import Iterable, Mapping

from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.fields import custom_field_list
from sync.connectors.netsuite.suiteql.parts import (
    Row,
    double,
    named,
    reference,
    turned,
    unsigned,
    without_nulls,
)
from sync.connectors.netsuite.suiteql.related import Context

_NOTHING: Row = {}
# The letters of an invoice that is pending or rejected, and what SuiteTalk calls these states of an approval.
_APPROVALS = {"D": "1", "E": "3"}
_RECORDS: Mapping[str, str] = {
    "CustCred": "CreditMemo",
    "CustDep": "CustomerDeposit",
    "CustInvc": "Invoice",
    "CustPymt": "CustomerPayment",
    "SalesOrd": "SalesOrder",
}
_MONEY_IN = frozenset({"CustDep", "CustPymt"})


def invoice_tree(row: Row, context: Context) -> Tree:
    """A row of transactions as an Invoice record with its lines and installments."""
    lines = context.related.lines.get(row.get("id", ""), ())
    parts = (context.related.installments or {}).get(row.get("id", ""), ())
    return without_nulls(
        {
            **_body(row, context, "Invoice"),
            **_owed(row),
            "total": row.get("foreigntotal"),
            "amountRemaining": row.get("foreignamountunpaid"),
            "amountPaid": row.get("foreignamountpaid"),
            "postingPeriod": named(row.get("period_name")),
            "status": _status(row),
            "approvalStatus": _approval(row),
            "itemList": {"item": [_line(line) for line in lines if line.get("mainline") != "T"]},
            "installmentList": {"installment": [_installment(one) for one in sorted(parts, key=_sequence)]},
        }
    )


def settlement_tree(row: Row, context: Context) -> Tree:
    """A row of transactions as a CustomerPayment, CustomerDeposit or CreditMemo record with its applications."""
    record = _RECORDS.get(row.get("type", ""), row.get("type", ""))
    is_money = row.get("type") in _MONEY_IN
    total, entity = unsigned(row.get("foreigntotal")), reference(row, "entity", "entity_name")
    return without_nulls(
        {
            **_body(row, context, record),
            "customer" if is_money else "entity": entity,
            "payment" if is_money else "total": total,
            "applied": unsigned(row.get("foreignpaymentamountused")),
            "unapplied": unsigned(row.get("foreignpaymentamountunused")),
            "checkNum": row.get("otherrefnum") if is_money else None,
            "account": named(context.related.accounts.get(row.get("id", ""))) if is_money else None,
            "createdFrom": None if is_money else named(_main(row, context).get("createdfrom_name")),
            "salesRep": None if is_money else reference(row, "employee", "employee_name"),
            # SuiteTalk gives a deposit's status, too, without its type before it.
            "status": _status(row),
            "applyList": {"apply": list(_applications(row, context))},
        }
    )


def sales_order_tree(row: Row, context: Context) -> Tree:
    """A row of transactions as a SalesOrder record."""
    return without_nulls(
        {
            **_body(row, context, "SalesOrder"),
            **_owed(row),
            "total": row.get("foreigntotal"),
            "status": _status(row),
        }
    )


def _body(row: Row, context: Context, record: str) -> Tree:
    return {
        "@internalId": row.get("id"),
        "@type": record,
        "tranId": row.get("tranid"),
        "tranDate": row.get("day"),
        "currency": reference(row, "currency"),
        "exchangeRate": row.get("exchangerate"),
        "memo": row.get("memo"),
        "subsidiary": named(_main(row, context).get("subsidiary_name")),
        "createdDate": row.get("created"),
        "lastModifiedDate": row.get("changed"),
        "customFieldList": custom_field_list(row, context.fields, context.account.zone),
    }


def _owed(row: Row) -> Tree:
    return {
        "entity": reference(row, "entity", "entity_name"),
        "dueDate": row.get("due"),
        "terms": reference(row, "terms", "terms_name"),
        "otherRefNum": row.get("otherrefnum"),
        "email": row.get("email"),
        "salesRep": reference(row, "employee", "employee_name"),
    }


def _main(row: Row, context: Context) -> Row:
    lines = context.related.lines.get(row.get("id", ""), ())
    return next((line for line in lines if line.get("mainline") == "T"), _NOTHING)


def _status(row: Row) -> str | None:
    """The status without its type, which SuiteQL writes before it: «Invoice : Open»."""
    if row.get("voided") == "T":
        return "Voided"
    return row.get("status_name", "").rpartition(" : ")[2] or None


def _approval(row: Row) -> Tree | None:
    """The state of the approval where its letter says that nothing is owed yet, in whatever language the status is."""
    state = _APPROVALS.get(row.get("status", "").rpartition(":")[2])
    return None if state is None else {"@internalId": state}


def _line(line: Row) -> Tree:
    return without_nulls(
        {
            "line": line.get("linesequencenumber"),
            "item": named(line.get("item_name")),
            "description": line.get("memo"),
            "quantity": double(turned(line.get("quantity"))),
            "amount": turned(line.get("foreignamount")),
        }
    )


def _installment(part: Row) -> Tree:
    return without_nulls(
        {
            "amount": part.get("amount"),
            "amountDue": part.get("amountdue"),
            "dueDate": part.get("due"),
            "seqNum": part.get("seqnum"),
        }
    )


def _sequence(part: Row) -> int:
    value = part.get("seqnum", "")
    return int(value) if value.isdecimal() else 0


def _applications(row: Row, context: Context) -> Iterable[Tree]:
    """What it was applied to; of a discount that was granted with it, SuiteQL tells nothing."""
    for link in context.related.applications.get(row.get("id", ""), ()):
        document = context.related.documents.get(link.get("previousdoc", ""), _NOTHING)
        yield without_nulls(
            {
                "apply": "true",
                "doc": link.get("previousdoc"),
                "refNum": document.get("tranid"),
                "applyDate": document.get("day"),
                "amount": unsigned(link.get("foreignamount")),
            }
        )
