"""What hangs on a record: for a customer that is what is about itself and about each of its invoices."""

from sqlalchemy import Column, ColumnElement, bindparam, select, union_all

from store.invoices import invoices

_GIVEN = bindparam("about_id", type_=invoices.c.id.type)
# One list, so that the column's index serves it; an «or» of two conditions would read the whole table.
_RECORD_AND_INVOICES = union_all(select(_GIVEN), select(invoices.c.id).where(invoices.c.customer_id == _GIVEN))


def is_about(column: Column[str]) -> ColumnElement[bool]:
    """Whether the column names the record `about_id`, which the statement is executed with, or an invoice of it."""
    return column.in_(_RECORD_AND_INVOICES)
