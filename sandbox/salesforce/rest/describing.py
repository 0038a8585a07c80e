"""What there is: versions, resources, objects and their fields, as far as the API user sees them."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.field import NUMBERS, Field, FieldType, ObjectType
from sandbox.salesforce.rest.call import Call
from sandbox.salesforce.values import as_json

OLDEST, NEWEST = 31, 66
_SOAP_TYPES = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.INT: "xsd:int",
    FieldType.DOUBLE: "xsd:double",
    FieldType.CURRENCY: "xsd:double",
    FieldType.PERCENT: "xsd:double",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
    FieldType.ADDRESS: "urn:address",
    FieldType.BASE64: "xsd:base64Binary",
}


def versions(_: Call) -> Answer:
    every = range(OLDEST, NEWEST + 1)
    return Answer(
        body=[{"label": f"v{one}", "url": f"/services/data/v{one}.0", "version": f"{one}.0"} for one in every]
    )


def resources(call: Call) -> Answer:
    names = ("sobjects", "query", "queryAll", "limits", "composite", "jobs")
    return Answer(body={name: f"{call.base}/{name}" for name in names})


def limits(call: Call) -> Answer:
    return Answer(body=call.site.usage.limits())


def user_info(call: Call) -> Answer:
    """Who the session's user is, as the identity service says it."""
    user = call.org.users[call.org.acting_user]
    [organization] = call.org.rows("Organization")
    return Answer(
        body={
            "user_id": user["Id"],
            "organization_id": organization,
            "preferred_username": user["Username"],
            "name": f"{user.get('FirstName', '')} {user['LastName']}".strip(),
            "email": user["Email"],
        }
    )


def global_description(call: Call) -> Answer:
    seen = [type_ for type_ in call.org.types.values() if call.org.access.sees(type_)]
    described = max(type_.described_at for type_ in call.org.types.values())
    body = {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_outline(call, type_) for type_ in seen]}
    return _unless_known(call, described, lambda: body)


def object_outline(call: Call) -> Answer:
    return Answer(body={"objectDescribe": _outline(call, call.type), "recentItems": []})


def description(call: Call) -> Answer:
    type_ = call.type
    return _unless_known(call, type_.described_at, lambda: _description(call, type_))


def _description(call: Call, type_: ObjectType) -> dict[str, Any]:
    fields = [_field(call, type_, field) for field in call.org.access.fields(type_)]
    children = [
        {"childSObject": child.name, "field": field.name, "relationshipName": None, "cascadeDelete": False}
        for child, field in call.org.referring(type_.name)
        if call.org.access.sees(child)
    ]
    return _outline(call, type_) | {"fields": fields, "childRelationships": children, "recordTypeInfos": []}


def _unless_known(call: Call, described: datetime, body: Callable[[], Any]) -> Answer:
    """The description, or 304 for a client that has it since it last changed."""
    stamp = {"Last-Modified": format_datetime(described.astimezone(UTC), usegmt=True)}
    known = call.headers.get("If-Modified-Since")
    if known and _instant(known) >= described:
        return Answer(status=304, headers=stamp)
    return Answer(body=body(), headers=stamp)


def _instant(header: str) -> datetime:
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _outline(call: Call, type_: ObjectType) -> dict[str, Any]:
    may = call.org.access.may_write(type_)
    address = f"{call.base}/sobjects/{type_.name}"
    return {
        "name": type_.name,
        "label": type_.label,
        "labelPlural": type_.plural,
        "keyPrefix": type_.prefix,
        "custom": type_.is_custom,
        "createable": type_.is_createable and may,
        "updateable": type_.is_updateable and may,
        "deletable": type_.is_deletable and may,
        "undeletable": type_.is_deletable and type_.has_recycle_bin and may,
        "mergeable": type_.is_mergeable and may,
        "queryable": True,
        "retrieveable": True,
        "replicateable": True,
        "searchable": False,
        "triggerable": True,
        "urls": {
            "sobject": address,
            "describe": f"{address}/describe",
            "rowTemplate": f"{address}/{{ID}}",
        },
    }


def _field(call: Call, type_: ObjectType, field: Field) -> dict[str, Any]:
    return _shape(field) | _uses(call, type_, field) | _choices(field) | {"compoundFieldName": _compound(type_, field)}


def _shape(field: Field) -> dict[str, Any]:
    """What values the field holds."""
    return {
        "name": field.name,
        "label": field.label,
        "type": str(field.type),
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "length": field.length,
        "byteLength": field.length * 3,
        "precision": field.precision if field.type in NUMBERS - {FieldType.INT} else 0,
        "digits": field.precision if field.type is FieldType.INT else 0,
        "scale": field.scale,
        "custom": field.is_custom,
        "nameField": field.is_name,
        "externalId": field.is_external_id,
        "idLookup": field.type is FieldType.ID or field.is_external_id,
        "unique": field.is_unique,
        "caseSensitive": field.is_case_sensitive,
        "htmlFormatted": False,
    }


def _uses(call: Call, type_: ObjectType, field: Field) -> dict[str, Any]:
    """What can be done with the field."""
    may = call.org.access.may_write(type_, field)
    is_person = field.is_name and type_.name in {"Contact", "User"}
    return {
        "calculated": field.formula is not None and not field.is_compound and not is_person,
        "nillable": not field.is_required and field.type is not FieldType.BOOLEAN and not _is_kept(field),
        "createable": field.is_createable and may,
        "updateable": field.is_updateable and may,
        "defaultedOnCreate": field.default is not None or field.name == "OwnerId" or _is_kept(field),
        "defaultValue": as_json(field.default, field) if field.is_custom else None,
        "filterable": field.is_filterable,
        "sortable": field.is_sortable,
        "groupable": field.is_sortable and field.formula is None,
        "aggregatable": field.is_sortable,
    }


def _choices(field: Field) -> dict[str, Any]:
    """What the field chooses among: the entries of a list, or the records of other objects."""
    return {
        "restrictedPicklist": field.is_restricted,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": choice, "value": choice, "validFor": None}
            for choice in field.choices
        ],
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship or None,
        "namePointing": len(field.reference_to) > 1,
    }


def _is_kept(field: Field) -> bool:
    """What the service fills whatever a client does."""
    return field.name in {"Id", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}


def _compound(type_: ObjectType, field: Field) -> str | None:
    """The compound field that this one is a part of."""
    if type_.name in {"Contact", "User"} and field.name in {"FirstName", "LastName", "Salutation"}:
        return "Name"
    for prefix in ("Billing", "Shipping", "Mailing"):
        if field.name.startswith(prefix) and type_.field(f"{prefix}Address") and not field.is_compound:
            return f"{prefix}Address" if not field.is_custom else None
    return None
