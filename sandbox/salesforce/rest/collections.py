"""Up to 200 records at once: a result for each in the order of the request, all or none of them when asked so."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sandbox.salesforce import writes
from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError, malformed_id
from sandbox.salesforce.field import ObjectType
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.org import Org
from sandbox.salesforce.rest import records
from sandbox.salesforce.rest.call import Call

MOST = 200
_ROLLED_BACK = ApiError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def create(call: Call) -> Answer:
    sent, all_or_none = _sent(call)

    def one(body: Any) -> dict[str, Any]:
        return _saved(records.created(call, _type(call, body), body))

    return _each(call.org, sent, one, all_or_none=all_or_none)


def update(call: Call) -> Answer:
    sent, all_or_none = _sent(call)

    def one(body: Any) -> dict[str, Any]:
        record_id = next((value for name, value in body.items() if name.lower() == "id"), None)
        if not isinstance(record_id, str):
            raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call")
        rest = {name: value for name, value in body.items() if name.lower() != "id"}
        records.changed(call, _type(call, body), record_id, rest)
        return _saved(known_id(record_id) or record_id)

    return _each(call.org, sent, one, all_or_none=all_or_none)


def upsert(call: Call) -> Answer:
    sent, all_or_none = _sent(call)
    type_ = call.type
    field = records.key_field(call.org, type_, call.part("field"))
    seen: set[str] = set()

    def one(body: Any) -> dict[str, Any]:
        if _type(call, body) is not type_:
            raise ApiError("INVALID_FIELD", "All records of an upsert are of one type.")
        key = str(body.get(field.name) or "")
        if not key:
            raise ApiError("MISSING_ARGUMENT", f"{field.name} not specified")
        if key.casefold() in seen:
            raise ApiError("DUPLICATE_VALUE", f"Duplicate external id specified: {key}", 400, (field.name,))
        seen.add(key.casefold())
        return _upserted(call, type_, writes.with_key(call.org, type_, field, key), body)

    return _each(call.org, sent, one, all_or_none=all_or_none)


def delete(call: Call) -> Answer:
    sent = [record_id for record_id in call.query.get("ids", "").split(",") if record_id]
    _check_count(sent)

    def one(record_id: str) -> dict[str, Any]:
        found = known_id(record_id)
        types = call.org.types_of(found) if found else ()
        if not types:
            raise malformed_id(record_id)
        records.removed(call, types[0], record_id)
        return _saved(found or record_id)

    all_or_none = call.query.get("allOrNone", "false").lower() == "true"
    return _each(call.org, sent, one, all_or_none=all_or_none)


def _upserted(call: Call, type_: ObjectType, found: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
    if len(found) > 1:
        raise ApiError("DUPLICATE_EXTERNAL_ID", f"External id field value occurs {len(found)} times: {list(found)}")
    if not found:
        return _saved(records.created(call, type_, body)) | {"created": True}
    records.changed(call, type_, found[0], body)
    return _saved(found[0]) | {"created": False}


def _sent(call: Call) -> tuple[list[Any], bool]:
    body = call.json_object
    sent = body.get("records")
    if not isinstance(sent, list) or not all(isinstance(one, dict) for one in sent):
        raise ApiError("JSON_PARSER_ERROR", "The HTTP entity body is required to hold records.")
    _check_count(sent)
    return sent, body.get("allOrNone") is True


def _check_count(sent: Sequence[Any]) -> None:
    if not sent:
        raise ApiError("MISSING_ARGUMENT", "No records were sent.")
    if len(sent) > MOST:
        message = f"record limit reached. cannot submit more than {MOST} records into this call"
        raise ApiError("EXCEEDED_ID_LIMIT", message)


def _type(call: Call, body: dict[str, Any]) -> ObjectType:
    attributes = body.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise ApiError("INVALID_INPUT", "Include a valid type in the attributes of the record.")
    found = call.org.seen_type(name)
    if found is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return found


def _each(org: Org, sent: Iterable[Any], one: Callable[[Any], dict[str, Any]], *, all_or_none: bool) -> Answer:
    before = org.saved_state() if all_or_none else None
    results = [_tried(one, each) for each in sent]
    if before is not None and not all(result["success"] for result in results):
        org.restore(before)
        results = [_ROLLED_BACK.in_collection if result["success"] else result for result in results]
    return Answer(body=results)


def _tried(one: Callable[[Any], dict[str, Any]], sent: Any) -> dict[str, Any]:
    try:
        return one(sent)
    except ApiError as error:
        return error.in_collection


def _saved(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}
