"""What a client may write: every value judged by its field, every reference by what it points at."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.salesforce import content
from sandbox.salesforce.errors import ApiError, deleted_entity, malformed_id, no_access, not_found
from sandbox.salesforce.field import Field, FieldType, ObjectType, Row
from sandbox.salesforce.hands import delete as put_in_the_bin
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.org import Org
from sandbox.salesforce.values import taken

Body = Mapping[str, Any]


def create(org: Org, type_: ObjectType, body: Body) -> str:
    """The id of the new record. Raises ApiError."""
    _check_may(org, type_, is_allowed=type_.is_createable)
    values = _values(org, type_, body, is_new=True)
    missing = [field.name for field in type_.fields.values() if field.is_required and values.get(field.name) is None]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise ApiError("REQUIRED_FIELD_MISSING", message, 400, tuple(missing))
    _check_unique(org, type_, values, "")
    if "ownerid" in type_.fields:
        values.setdefault("OwnerId", org.acting_user)
    defaults = {field.name: field.default for field in type_.fields.values() if field.default is not None}
    made = content.created(org, type_, {**defaults, **values})
    org.told(type_.name, org.rows(type_.name)[made])
    return made


def update(org: Org, type_: ObjectType, record_id: str, body: Body) -> None:
    """Raises ApiError."""
    row = writable(org, type_, record_id)
    _check_may(org, type_, is_allowed=type_.is_updateable)
    values = _values(org, type_, body, is_new=False)
    missing = [
        field.name
        for field in type_.fields.values()
        if field.is_required and field.name in values and values[field.name] is None
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise ApiError("REQUIRED_FIELD_MISSING", message, 400, tuple(missing))
    _check_unique(org, type_, values, row["Id"])
    _check_loop(org, type_, row["Id"], values)
    org.edit(type_.name, row["Id"], **values)


def delete(org: Org, type_: ObjectType, record_id: str) -> None:
    """Raises ApiError."""
    row = writable(org, type_, record_id)
    _check_may(org, type_, is_allowed=type_.is_deletable)
    put_in_the_bin(org, type_.name, row["Id"])


def writable(org: Org, type_: ObjectType, record_id: str) -> Row:
    """The living row that the API user may reach by this id. Raises ApiError."""
    found = known_id(record_id)
    if found is None or not found.startswith(type_.prefix):
        raise malformed_id(record_id, f"{type_.label} ID")
    row = org.rows(type_.name).get(found)
    if row is None:
        raise not_found()
    if row.get("IsDeleted"):
        raise deleted_entity()
    if not org.access.sees_row(found):
        raise no_access(record_id)
    return row


def with_key(org: Org, type_: ObjectType, field: Field, sent: str) -> list[str]:
    """The ids of the living records that hold this external id, in ascending order."""
    value = taken(field, sent)
    found = org.table(type_.name).holding(field.name, () if value is None else (value,))
    same = (row for row in found if not field.is_case_sensitive or row[field.name] == value)
    return sorted(row["Id"] for row in same if not row.get("IsDeleted"))


def _check_may(org: Org, type_: ObjectType, *, is_allowed: bool) -> None:
    if not is_allowed:
        raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {type_.name} does not support this")
    if not org.access.may_write(type_):
        raise no_access(type_.name)


def _values(org: Org, type_: ObjectType, body: Body, *, is_new: bool) -> Row:
    """What was sent, by the names that describe gives the fields."""
    found: Row = {}
    for name, sent in body.items():
        if name == "attributes":
            continue
        field = org.access.field(type_, name)
        if field is None:
            message = f"No such column '{name}' on sobject of type {type_.name}"
            raise ApiError("INVALID_FIELD", message)
        if name.lower() == "id":
            message = "The Id field should not be specified in the sobject data."
            raise ApiError("INVALID_FIELD", message, 400, ("Id",))
        found[field.name] = _value(org, type_, field, sent, is_new=is_new)
    return found


def _value(org: Org, type_: ObjectType, field: Field, sent: Any, *, is_new: bool) -> Any:
    is_open = field.is_createable if is_new else field.is_updateable
    if not is_open or not org.access.may_write(type_, field):
        message = (
            f"Unable to create/update fields: {field.name}. Please check the security settings of this field and"
            " verify that it is read/write for your profile or permission set."
        )
        raise ApiError("INVALID_FIELD_FOR_INSERT_UPDATE", message, 400, (field.name,))
    value = taken(field, sent)
    if field.type is FieldType.REFERENCE and value is not None:
        _check_reference(org, type_, field, value)
    return value


def _check_reference(org: Org, type_: ObjectType, field: Field, value: str) -> None:
    if not any(value.startswith(org.type(name).prefix) for name in field.reference_to):
        raise malformed_id(value, field.label)
    row = org.row(value)
    if row is None or not org.access.sees_row(value):
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", 400, (field.name,))
    if row.get("IsDeleted"):
        raise ApiError("ENTITY_IS_DELETED", "entity is deleted", 400, (field.name,))
    if field.name == "OwnerId" and row.get("IsActive") is False:
        message = f"operation performed with inactive user [{value}] as owner of {type_.name.lower()}"
        raise ApiError("INACTIVE_OWNER_OR_USER", message, 400, (field.name,))


def _check_unique(org: Org, type_: ObjectType, values: Row, record_id: str) -> None:
    for field in _unique(type_):
        sent = values.get(field.name)
        others = [] if sent is None else with_key(org, type_, field, sent)
        if other := next((known for known in others if known != record_id), ""):
            message = f"duplicate value found: {field.name} duplicates value on record with id: {other}"
            raise ApiError("DUPLICATE_VALUE", message)


def _unique(type_: ObjectType) -> Iterator[Field]:
    return (field for field in type_.fields.values() if field.is_unique)


def _check_loop(org: Org, type_: ObjectType, record_id: str, values: Row) -> None:
    """An account is nobody's grandparent and grandchild at once, as far as the API lets it be said."""
    field = type_.field("ParentId")
    if field is None or type_.name not in field.reference_to:
        return
    at, seen = values.get("ParentId"), {record_id}
    while at:
        if at in seen:
            message = "Circular dependency: a record cannot be its own ancestor"
            raise ApiError("CIRCULAR_DEPENDENCY", message, 400, ("ParentId",))
        seen.add(at)
        at = (org.row(at) or {}).get("ParentId")
