"""Custom fields' values, as `custom_fields_json` of a record keeps them: per script id the source's type and a value.

A value is a text, the {"id", "name"} of what was selected, or a list of these.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, String, Table, cast, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from store.custom_days import day_of, falls_on
from store.customers import customers
from store.db import ReadConnection
from store.invoices import invoices

_TABLES: Mapping[str, Table] = {"customer": customers, "invoice": invoices}
# It stands in the statement itself.
_SCRIPT_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_ESCAPE = "\\"


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomMatch:
    """Records whose field has this value, or has it among others. `kind` is «customer» or «invoice».

    With a `zone`, an IANA name, the value is a day there, such as 2026-11-22, and so are the instants that fall on it.
    """

    kind: str
    script_id: str
    value: str
    zone: str = ""


def is_script_id(text: str) -> bool:
    """Whether a custom field may be called so."""
    return _SCRIPT_ID.fullmatch(text) is not None


def value_names(custom_fields_json: str, script_id: str) -> tuple[str, ...]:
    """The texts of a field's value: one, or each that was selected; () when it is empty or not there."""
    return _names(json.loads(custom_fields_json).get(script_id))


def single_values(custom_fields_json: str) -> dict[str, str]:
    """The text of each field that has exactly one, by script id."""
    found = {script_id: _names(field) for script_id, field in json.loads(custom_fields_json).items()}
    return {script_id: names[0] for script_id, names in found.items() if len(names) == 1}


def has_value(wanted: CustomMatch, custom_fields_json: str) -> bool:
    """Whether a record of the right kind is one of those."""
    names = value_names(custom_fields_json, wanted.script_id)
    return wanted.value in (names if not wanted.zone else [day_of(name, wanted.zone) for name in names])


def invoices_with(wanted: CustomMatch) -> ColumnElement[bool]:
    """The same of rows of the table `invoices`: of an invoice's own field, or of one of its customer."""
    if not is_script_id(wanted.script_id) or wanted.kind not in _TABLES:
        return false()
    if wanted.kind == "invoice":
        return _has(invoices, wanted)
    theirs = select(customers.c.id).where(_has(customers, wanted))
    return invoices.c.customer_id.in_(theirs)


async def values_in_use(conn: ReadConnection, kind: str, script_id: str, *, limit: int) -> tuple[str, ...]:
    """The texts that a field has in records that are not deleted, by name; from `limit` different values at most."""
    if not is_script_id(script_id):
        return ()
    table = _TABLES[kind]
    found: Select[Any] = select(_whole(table.c.custom_fields_json, script_id)).where(table.c.deleted_at.is_(None))
    texts = (await conn.execute(found.distinct().limit(limit))).scalars()
    return tuple(sorted({name for each in texts if each for name in _names({"value": _read(each)})}))


def _names(field: Any) -> tuple[str, ...]:
    value = field.get("value") if isinstance(field, dict) else None
    several = value if isinstance(value, list) else [value]
    return tuple(name for name in map(_name, several) if name)


def _name(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    return "" if value is None else str(value)


def _read(text: str) -> Any:
    """A value as SQL gives it: JSON of an object or list, else the text itself."""
    if text[:1] not in {"{", "["}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _has(table: Table, wanted: CustomMatch) -> ColumnElement[bool]:
    value = _whole(table.c.custom_fields_json, wanted.script_id)
    if wanted.zone:
        on_day = falls_on(value, wanted.value, wanted.zone)
        return false() if on_day is None else on_day
    # What was selected is an object or a list of them; databases differ in the blank behind the colon.
    named = json.dumps(wanted.value, ensure_ascii=False)
    patterns = [f"%{_literally(text)}%" for text in (f'"name":{named}', f'"name": {named}')]
    selected = [value.like(pattern, escape=_ESCAPE) for pattern in patterns]
    is_structured = or_(value.like("{%"), value.like("[%"))
    return or_(value == wanted.value, is_structured & or_(*selected))


def _literally(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _whole(column: Column[str], script_id: str) -> ColumnElement[str]:
    return _CustomValue(column, literal(script_id))


class _CustomValue(GenericFunction[str]):
    """The value of a custom field as text: JSON where it is an object or a list."""

    type = String()
    inherit_cache = True


@compiles(_CustomValue, "sqlite")
def _for_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    column, script_id = element.clauses
    path = literal('$."') + script_id + literal('".value')
    return str(compiler.process(func.json_extract(column, path), **more))


@compiles(_CustomValue, "postgresql")
def _for_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    column, script_id = element.clauses
    value = func.jsonb_extract_path_text(cast(column, JSONB), script_id, literal("value"))
    return str(compiler.process(value, **more))
