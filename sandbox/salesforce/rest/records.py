"""One record at a time: read, created, changed, deleted, by its id or by an external one."""

import base64
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.field import Field, FieldType, ObjectType, Row
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.org import Org
from sandbox.salesforce.rest.call import Call
from sandbox.salesforce.values import as_json, value_of

# From this version on an upsert that changes a record says so in a body.
_TALKATIVE_UPSERT = 46.0


def create(call: Call) -> Answer:
    return Answer(body=_saved(created(call, call.type, call.json_object)), status=201)


def read(call: Call) -> Answer:
    type_ = call.type
    return Answer(body=_record(call, type_, _readable(call.org, type_, call.part("id"))))


def read_content(call: Call) -> Answer:
    """What is written in a note, as it was sent."""
    row = _readable(call.org, call.org.type("ContentNote"), call.part("id"))
    content = base64.b64decode(str(row.get("Content") or "")).decode("utf-8", "replace")
    return Answer(body=content, content_type="text/html")


def update(call: Call) -> Answer:
    changed(call, call.type, call.part("id"), call.json_object)
    return Answer(status=204)


def delete(call: Call) -> Answer:
    removed(call, call.type, call.part("id"))
    return Answer(status=204)


def read_by_key(call: Call) -> Answer:
    """The record that holds an external id; or the file in a field of the record of this id."""
    type_ = call.type
    file = call.org.access.field(type_, call.part("key"))
    if file and file.type is FieldType.BASE64:
        content = str(_readable(call.org, type_, call.part("field")).get(file.name, ""))
        return Answer(body=base64.b64decode(content).decode(errors="replace"), content_type="application/octetstream")
    found = _with_key(call, type_)
    if not found:
        raise not_found()
    return _several(call, type_, found) or Answer(body=_record(call, type_, call.org.rows(type_.name)[found[0]]))


def upsert(call: Call) -> Answer:
    """Creates the record, changes the one that holds the key, or says which ones hold it."""
    type_, body = call.type, call.json_object
    field = key_field(call.org, type_, call.part("field"))
    if any(name.lower() == field.name.lower() for name in body):
        message = f"The {field.name} field should not be specified in the sobject data."
        raise ApiError("INVALID_FIELD", message, 400, (field.name,))
    found = _with_key(call, type_)
    if len(found) > 1:
        return _several(call, type_, found) or Answer()
    if found:
        changed(call, type_, found[0], body)
        is_silent = float(call.version) < _TALKATIVE_UPSERT
        return Answer(status=204) if is_silent else Answer(body=_saved(found[0]) | {"created": False})
    record_id = created(call, type_, {**body, field.name: call.part("key")})
    return Answer(body=_saved(record_id) | {"created": True}, status=201)


def delete_by_key(call: Call) -> Answer:
    type_ = call.type
    found = _with_key(call, type_)
    if not found:
        raise not_found()
    several = _several(call, type_, found)
    if several:
        return several
    removed(call, type_, found[0])
    return Answer(status=204)


def created(call: Call, type_: ObjectType, body: Any) -> str:
    """The id of a new record. Raises ApiError."""
    call.site.faults.check_new(type_.name, may_save=call.may_save_duplicates)
    call.site.faults.check_write("")
    return writes.create(call.org, type_, body)


def changed(call: Call, type_: ObjectType, record_id: str, body: Any) -> None:
    """Raises ApiError."""
    row = writes.writable(call.org, type_, record_id)
    call.site.faults.check_write(row["Id"])
    writes.update(call.org, type_, row["Id"], body)


def removed(call: Call, type_: ObjectType, record_id: str) -> None:
    """Raises ApiError."""
    row = writes.writable(call.org, type_, record_id)
    call.site.faults.check_write(row["Id"])
    writes.delete(call.org, type_, row["Id"])


def key_field(org: Org, type_: ObjectType, name: str) -> Field:
    """The external id of this name. Raises ApiError when the API user sees none."""
    field = org.access.field(type_, name)
    if field is None or not field.is_external_id:
        raise ApiError("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {name}", 404)
    return field


def _with_key(call: Call, type_: ObjectType) -> list[str]:
    field = key_field(call.org, type_, call.part("field"))
    return writes.with_key(call.org, type_, field, call.part("key"))


def _several(call: Call, type_: ObjectType, found: list[str]) -> Answer | None:
    if len(found) == 1:
        return None
    return Answer(body=[f"{call.base}/sobjects/{type_.name}/{record_id}" for record_id in found], status=300)


def _saved(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _readable(org: Org, type_: ObjectType, sent: str) -> Row:
    row = org.rows(type_.name).get(known_id(sent) or "")
    if row is None or row.get("IsDeleted") or not org.access.sees_row(row["Id"]):
        raise not_found()
    return row


def _record(call: Call, type_: ObjectType, row: Row) -> dict[str, Any]:
    """All fields, or those that were asked for."""
    asked = call.query.get("fields")
    names = asked.split(",") if asked else [field.name for field in call.org.access.fields(type_)]
    attributes = {"type": type_.name, "url": f"{call.base}/sobjects/{type_.name}/{row['Id']}"}
    found: dict[str, Any] = {"attributes": attributes}
    for name in names:
        field = call.org.access.field(type_, name.strip())
        if field is None:
            raise ApiError("INVALID_FIELD", f"No such column '{name}' on entity '{type_.name}'.")
        value = value_of(field, row, call.org.row, call.at)
        found[field.name] = as_json(value, field, attributes["url"])
    return found
