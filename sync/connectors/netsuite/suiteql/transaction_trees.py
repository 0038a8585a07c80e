"""Rows of transactions in the shape of SuiteTalk's records. Pure."""

from collections.abc import Mapping

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
    "CustRfnd": "CustomerRefund",
    "DepAppl": "DepositApplication",
    "SalesOrd": "SalesOrder",
}
# What names its customer so, and says where its money is.
_OF_CUSTOMER = frozenset({"CustDep", "CustPymt", "CustRfnd", "DepAppl"})
_MONEY_IN = frozenset({"CustDep", "CustPymt"})
# What of a line of an entry is open, by whether it lowers what is owed.
_LEFT = {True: "foreignpaymentamountunused", False: "foreignamountunpaid"}
_WITH_ACCOUNT = frozenset({"CustDep", "CustPymt", "CustRfnd"})


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
    """A row of transactions as a CustomerPayment, CustomerDeposit, DepositApplication, CreditMemo or CustomerRefund.

    With what it was applied to, paid out of, or drawn from.
    """
    kind, source_id = row.get("type", ""), row.get("id", "")
    is_credit = kind == "CustCred"
    return without_nulls(
        {
            **_body(row, context, _RECORDS.get(kind, kind)),
            "customer" if kind in _OF_CUSTOMER else "entity": reference(row, "entity", "entity_name"),
            "payment" if kind in _MONEY_IN else "total": unsigned(row.get("foreigntotal")),
            "applied": unsigned(row.get("foreignpaymentamountused")),
            "unapplied": unsigned(row.get("foreignpaymentamountunused")),
            "checkNum": row.get("otherrefnum") if kind in _MONEY_IN else None,
            "account": named(context.related.accounts.get(source_id)) if kind in _WITH_ACCOUNT else None,
            "createdFrom": named(_main(row, context).get("createdfrom_name")) if is_credit else None,
            "salesRep": reference(row, "employee", "employee_name") if is_credit else None,
            "status": _status(row),
            **_links(kind, source_id, context),
        }
    )


def entry_trees(row: Row, context: Context) -> list[Tree]:
    """A row of transactions as rows of an advanced search for journal entries: one for each line on receivables."""
    return [
        without_nulls(
            {
                "@internalId": row.get("id"),
                "tranId": row.get("tranid"),
                "tranDate": row.get("day"),
                "currency": reference(row, "currency"),
                "lastModifiedDate": row.get("changed"),
                "line": line.get("id"),
                "entity": reference(line, "entity"),
                "memo": line.get("memo"),
                "fxAmount": line.get("foreignamount"),
                "amount": unsigned(line.get("foreignamount")),
                "creditAmount": unsigned(line.get("foreignamount")) if _is_credit(line) else None,
                "amountRemaining": line.get(_LEFT[_is_credit(line)]),
            }
        )
        for line in context.related.lines.get(row.get("id", ""), ())
    ]


def is_voided(row: Row) -> bool:
    """Whether the transaction counts for nothing."""
    return row.get("voided") == "T"


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
    if is_voided(row):
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


def _is_credit(line: Row) -> bool:
    return line.get("foreignamount", "").startswith("-")


def _links(kind: str, source_id: str, context: Context) -> Tree:
    """What came before it; of a discount that was granted with an application, SuiteQL tells nothing."""
    applied = [_application(link, kind, context) for link in context.related.applications.get(source_id, ())]
    drawn = context.related.drawn.get(source_id, ())
    if kind == "DepAppl":
        deposit = next((link.get("previousdoc") for link in drawn), None)
        return {"applyList": {"apply": applied}, "deposit": without_nulls({"@internalId": deposit}) or None}
    if kind == "CustRfnd":
        of_deposits = [_application(link, kind, context) for link in drawn]
        return {"applyList": {"apply": applied}, "depositList": {"customerRefundDeposit": of_deposits}}
    return {"applyList": {"apply": applied}}


def _application(link: Row, kind: str, context: Context) -> Tree:
    document = context.related.documents.get(link.get("previousdoc", ""), _NOTHING)
    return without_nulls(
        {
            "apply": "true",
            "doc": link.get("previousdoc"),
            "refNum": document.get("tranid"),
            # Of what a refund was paid out of SuiteTalk does not tell the date.
            "applyDate": None if kind == "CustRfnd" else document.get("day"),
            "amount": unsigned(link.get("foreignamount")),
        }
    )
