"""Rows of Salesforce as records of ours. Pure; every function raises UnreadableFieldError."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.contacts import Contact
from store.crm.accounts import KIND, CrmAccount, CrmOwner, LookupContact, account_record_id, custom_name
from store.custom_fields import CustomField
from store.notes import Note
from store.records import record_id
from sync.compact import compact_json
from sync.connector import Gone
from sync.connectors.salesforce.client import Tree
from sync.connectors.salesforce.describe import Field
from sync.connectors.salesforce.values import boolean, identifier, instant, plain, required, text, value_at, whole
from sync.plain_text import plain_text

ORIGIN = "salesforce"
CONTACT, NOTE, CUSTOM_FIELD = "contact", "note", "custom_field"
# One word of ours for each type; what is not here is no value that people read.
FIELD_TYPES = {
    "boolean": "check",
    "combobox": "text",
    "currency": "money",
    "date": "date",
    "datetime": "date",
    "double": "decimal",
    "email": "email",
    "id": "text",
    "int": "integer",
    "long": "integer",
    "multipicklist": "multiselect",
    "percent": "percent",
    "phone": "phone",
    "picklist": "select",
    "reference": "text",
    "string": "text",
    "textarea": "text",
    "time": "text",
    "url": "link",
}
# The type of a number that is no amount.
NUMBER = "double"
# When a row last changed, whoever changed it.
STAMP = "SystemModstamp"
# Made once: hundreds of thousands of rows are written so.
# What of a person is read, by the names that User and Contact share.
PERSON = ("Name", "Email", "Phone", "Title")


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a row does not say. `app_address` is where people open records, if we know; `account_key` the key's field.

    `is_key_number` says that it holds numbers. `custom` are the custom fields that are read, `lookups` those of an
    account that point at a contact.
    """

    seen_at: datetime
    app_address: str | None = None
    account_key: str = ""
    is_key_number: bool = False
    custom: tuple[Field, ...] = ()
    lookups: tuple[Field, ...] = ()


def account(row: Tree, context: Context) -> CrmAccount | Gone:
    """An Account. One that was merged into another names that; one that was deleted otherwise is gone."""
    is_deleted = boolean(row, "IsDeleted")
    master = text(row, "MasterRecordId")
    if is_deleted and master is None:
        return _gone(row, KIND)
    origin = _provenance(row, KIND, context)
    if is_deleted:
        origin |= {"deleted_at": instant(row, STAMP)}
    return CrmAccount(
        **origin,
        name=required(row, "Name"),
        key=identifier(row, context.account_key, is_number=context.is_key_number) if context.account_key else None,
        phone=text(row, "Phone"),
        fax=text(row, "Fax"),
        website=text(row, "Website"),
        street=text(row, "BillingStreet"),
        city=text(row, "BillingCity"),
        state=text(row, "BillingState"),
        postal_code=text(row, "BillingPostalCode"),
        country=text(row, "BillingCountry"),
        url=f"{context.app_address}/{origin['source_id']}" if context.app_address else None,
        owner=_owner(row),
        master_id=account_record_id(ORIGIN, master) if master else None,
        custom_fields_json=custom_fields(row, context.custom),
        lookups=tuple(_lookups(row, context.lookups)),
    )


def contact(row: Tree, context: Context) -> Contact | Gone:
    """A Contact; one that belongs to no account any more is nobody's contact."""
    account_id = text(row, "AccountId")
    if boolean(row, "IsDeleted") or account_id is None:
        return _gone(row, CONTACT)
    return Contact(
        **_provenance(row, CONTACT, context),
        name=required(row, "Name"),
        first_name=text(row, "FirstName"),
        last_name=text(row, "LastName"),
        title=text(row, "Title"),
        email=text(row, "Email"),
        phone=text(row, "Phone"),
        mobile_phone=text(row, "MobilePhone"),
        account_id=account_record_id(ORIGIN, account_id),
        created_at=instant(row, "CreatedDate"),
        extra_json=custom_fields(row, context.custom),
    )


def note(row: Tree, context: Context) -> Note | Gone:
    """A Note of «Notes & Attachments», or an enhanced one; one that is on no account (any more) is none of ours."""
    parent = text(row, "ParentId")
    if boolean(row, "IsDeleted") or parent is None:
        return _gone(row, NOTE)
    account_id = account_record_id(ORIGIN, parent)
    title, body = text(row, "Title"), plain_text(text(row, "Body") or "")
    return Note(
        **_provenance(row, NOTE, context),
        about_id=account_id,
        account_id=account_id,
        title=title,
        text=body or title or "",
        author=text(row, "Owner.Name"),
        written_at=instant(row, "CreatedDate"),
    )


def definition(field: Field, seen_at: datetime) -> CustomField:
    """What a custom field of an account is, among those of its customer."""
    script_id = custom_name(ORIGIN, field.name)
    return CustomField(
        id=record_id(ORIGIN, CUSTOM_FIELD, field.name),
        origin=ORIGIN,
        source_id=field.name,
        seen_at=seen_at,
        kind="customer",
        script_id=script_id,
        field_type=FIELD_TYPES[field.type],
        label=field.label,
    )


def custom_fields(row: Tree, fields: Iterable[Field]) -> str:
    """The custom fields that are not empty as JSON, as `store.custom_values` has them."""
    told: dict[str, Any] = {}
    for field in fields:
        value = _custom_value(row, field)
        if value is not None:
            told[custom_name(ORIGIN, field.name)] = {"type": field.type, "value": value}
    return compact_json(told)


def _custom_value(row: Tree, field: Field) -> Any:
    value = value_at(row, field.name)
    if value is None:
        return None
    if field.type == "multipicklist" and isinstance(value, str):
        value = [each for each in value.split(";") if each]
    if field.reference_to == ("Contact",):
        name = value_at(row, f"{field.relationship}.Name")
        return {"id": str(value), "name": str(name or value)}
    found = plain(value)
    return whole(found) if field.type == NUMBER and isinstance(found, str) else found


def _provenance(row: Tree, kind: str, context: Context) -> dict[str, Any]:
    source_id = required(row, "Id")
    return {
        "id": record_id(ORIGIN, kind, source_id),
        "origin": ORIGIN,
        "source_id": source_id,
        "seen_at": context.seen_at,
        "source_changed_at": instant(row, STAMP),
    }


def _gone(row: Tree, kind: str) -> Gone:
    return Gone(kind=kind, source_id=required(row, "Id"), at=instant(row, STAMP))


def _owner(row: Tree) -> CrmOwner | None:
    owner_id, name = text(row, "OwnerId"), text(row, "Owner.Name")
    if owner_id is None:
        return None
    return CrmOwner(
        id=owner_id,
        name=name or owner_id,
        email=text(row, "Owner.Email"),
        phone=text(row, "Owner.Phone"),
        title=text(row, "Owner.Title"),
        is_active=boolean(row, "Owner.IsActive", default=True),
    )


def _lookups(row: Tree, fields: Iterable[Field]) -> Iterator[LookupContact]:
    for field in fields:
        contact_id, reached = text(row, field.name), field.relationship
        if contact_id is None:
            continue
        yield LookupContact(
            field=field.name,
            label=field.label,
            contact_id=contact_id,
            name=text(row, f"{reached}.Name") or contact_id,
            email=text(row, f"{reached}.Email"),
            phone=text(row, f"{reached}.Phone"),
            title=text(row, f"{reached}.Title"),
            account_id=text(row, f"{reached}.AccountId"),
        )
