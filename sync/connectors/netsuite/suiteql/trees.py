"""Rows of SuiteQL in the shape of SuiteTalk's records, so that both ways in share their mapping. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.custom_fields import CustomField
from sync.connectors.netsuite.pages import Tree

_FLAGS = {"T": "true", "F": "false"}
_HOLDS = {"ON": "_on", "OFF": "_off", "AUTO": "_auto"}
# The letters of an invoice that is pending or rejected, and what SuiteTalk calls these states of an approval.
_APPROVALS = {"D": "1", "E": "3"}
_CUSTOM_TYPES: Mapping[str, str] = {
    "check": "Boolean",
    "date": "Date",
    "decimal": "Double",
    "integer": "Long",
    "money": "Double",
    "multiselect": "MultiSelect",
    "percent": "Double",
    "select": "Select",
}

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """What of the records of a page stands in other tables, by their internal ids."""

    subsidiaries: Mapping[str, str]
    lines: Mapping[str, Sequence[Row]]


def custom_columns(fields: Sequence[CustomField]) -> tuple[str, ...]:
    """The columns of custom fields. Their script ids come from NetSuite: what is no plain name is left out."""
    return tuple(column for field in fields if _is_name(field.script_id) for column in _columns(field))


def customer_tree(row: Row, fields: Sequence[CustomField], related: Related) -> Tree:
    """A row of customers as a Customer record."""
    hold = row.get("creditholdoverride")
    return _without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "Customer",
            "entityId": row.get("entityid"),
            "altName": row.get("altname"),
            "companyName": row.get("companyname"),
            "isPerson": _flag(row, "isperson"),
            "parent": _reference(row, "parent"),
            "email": row.get("email"),
            "phone": row.get("phone"),
            "url": row.get("url"),
            "currency": _reference(row, "currency"),
            "terms": _reference(row, "terms", "terms_name"),
            "salesRep": _reference(row, "salesrep", "salesrep_name"),
            "subsidiary": _named(related.subsidiaries.get(row.get("id", ""))),
            "creditLimit": row.get("creditlimit"),
            "creditHoldOverride": None if hold is None else _HOLDS.get(hold.upper(), hold),
            "isInactive": _flag(row, "isinactive"),
            "comments": row.get("comments"),
            "stage": row.get("searchstage"),
            "dateCreated": row.get("created"),
            "lastModifiedDate": row.get("changed"),
            "customFieldList": _custom_fields(row, fields),
        }
    )


def invoice_tree(row: Row, fields: Sequence[CustomField], related: Related) -> Tree:
    """A row of transactions as an Invoice record with its lines."""
    lines = related.lines.get(row.get("id", ""), ())
    main = next((line for line in lines if line.get("mainline") == "T"), {})
    return _without_nulls(
        {
            "@internalId": row.get("id"),
            "@type": "Invoice",
            "tranId": row.get("tranid"),
            "entity": _reference(row, "entity", "entity_name"),
            "tranDate": row.get("day"),
            "dueDate": row.get("due"),
            "total": row.get("foreigntotal"),
            "amountRemaining": row.get("foreignamountunpaid"),
            "amountPaid": row.get("foreignamountpaid"),
            "currency": _reference(row, "currency"),
            "exchangeRate": row.get("exchangerate"),
            "terms": _reference(row, "terms", "terms_name"),
            "otherRefNum": row.get("otherrefnum"),
            "memo": row.get("memo"),
            "email": row.get("email"),
            "salesRep": _reference(row, "employee", "employee_name"),
            "subsidiary": _named(main.get("subsidiary_name")),
            "postingPeriod": _named(row.get("period_name")),
            "status": _status(row),
            "approvalStatus": _approval(row),
            "createdDate": row.get("created"),
            "lastModifiedDate": row.get("changed"),
            "itemList": {"item": [_line(line) for line in lines if line.get("mainline") != "T"]},
            "customFieldList": _custom_fields(row, fields),
        }
    )


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
    return _without_nulls(
        {
            "line": line.get("linesequencenumber"),
            "item": _named(line.get("item_name")),
            "description": line.get("memo"),
            "quantity": _double(_turned(line.get("quantity"))),
            "amount": _turned(line.get("foreignamount")),
        }
    )


def _turned(number: str | None) -> str | None:
    """A number with the other sign: what was sold is a credit in the ledger, and below zero there."""
    if number is None or not number.strip("-0."):
        return number
    return number.removeprefix("-") if number.startswith("-") else f"-{number}"


def _double(number: str | None) -> str | None:
    """A number as SuiteTalk writes those that may have decimals."""
    return f"{number}.0" if number is not None and "." not in number else number


def _flag(row: Row, column: str) -> str | None:
    value = row.get(column)
    return None if value is None else _FLAGS.get(value, value)


def _reference(row: Row, column: str, name: str = "") -> Tree | None:
    found = row.get(column)
    return None if found is None else _without_nulls({"@internalId": found, "name": row.get(name)})


def _named(name: str | None) -> Tree | None:
    return None if name is None else {"name": name}


def _without_nulls(tree: Tree) -> Tree:
    return {name: value for name, value in tree.items() if value is not None}


def _is_name(script_id: str) -> bool:
    return script_id.isascii() and script_id.isidentifier()


def _columns(field: CustomField) -> tuple[str, ...]:
    name = field.script_id
    match field.field_type:
        case "date":
            return (f"TO_CHAR({name}, 'YYYY-MM-DD') AS {name}",)
        case "select" | "multiselect":
            return (name, f"BUILTIN.DF({name}) AS {name}_shown")
        case _:
            return (name,)


def _custom_fields(row: Row, fields: Sequence[CustomField]) -> Tree:
    return {"customField": [_custom_field(row, one) for one in fields if one.script_id in row]}


def _custom_field(row: Row, field: CustomField) -> Tree:
    kind = _CUSTOM_TYPES.get(field.field_type, "String")
    value = _custom_value(kind, row[field.script_id], row.get(f"{field.script_id}_shown"))
    return {"@scriptId": field.script_id, "@type": f"{kind}CustomFieldRef", "value": value}


def _custom_value(kind: str, value: str, shown: str | None) -> Any:
    if kind == "Boolean":
        return _FLAGS.get(value, value)
    if kind == "Double":
        return _double(value)
    if kind == "Select":
        return {"@internalId": value, "name": shown}
    return _choices(value, shown or "") if kind == "MultiSelect" else value


def _choices(ids: str, names: str) -> list[Tree]:
    """Choices by id; their names only where no comma within one makes it unclear whose it is."""
    parts, shown = ids.split(", "), names.split(", ")
    clear = shown if len(parts) == len(shown) else [""] * len(parts)
    return [{"@internalId": one, "name": name or None} for one, name in zip(parts, clear, strict=True)]
