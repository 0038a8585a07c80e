"""What an admin, a user or Salesforce itself does to an org, for a test or a demo.

Records are named by 15 or 18 characters; each function raises KeyError for one that is not there.
"""

from typing import Any

from sandbox.salesforce.field import Field, ObjectType, Row, object_type
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.org import Deleted, Org
from sandbox.salesforce.schema.common import owner, record_id, system_fields, text

_CASCADING = {
    "Account": (("Contact", "AccountId"),),
    "ContentDocument": (("ContentDocumentLink", "ContentDocumentId"),),
}
_LETTERS = (("Note", "ParentId"), ("ContentDocumentLink", "LinkedEntityId"))
_DOCUMENTS = {"ContentNote": "ContentDocument", "ContentDocument": "ContentNote"}


def delete(org: Org, name: str, record: str) -> None:
    """Puts the record in the recycle bin, with what hangs on it; links to it from elsewhere are cut."""
    row = org.rows(name)[known_id(record) or record]
    if row.get("IsDeleted"):
        return
    _bin(org, name, row["Id"])
    for child, field in (*_CASCADING.get(name, ()), *_LETTERS):
        for each in org.holding(child, field, row["Id"]):
            delete(org, child, each["Id"])
    if name in _DOCUMENTS:
        delete(org, _DOCUMENTS[name], row["Id"])
    _cut(org, name, row["Id"])


def _bin(org: Org, name: str, row_id: str, **more: Any) -> None:
    org.edit(name, row_id, IsDeleted=True, **more)
    org.deleted.append(Deleted(object=name, id=row_id, deleted_at=org.instant()))


def _cut(org: Org, name: str, row_id: str) -> None:
    """Look-ups that pointed at the record are empty from now on."""
    for type_, field in list(org.referring(name)):
        if field.name == "MasterRecordId":
            continue
        for each in org.holding(type_.name, field.name, row_id):
            org.edit(type_.name, each["Id"], **{field.name: None})


def undelete(org: Org, name: str, record: str) -> None:
    """Takes the record out of the recycle bin, with what went there at the same moment because it hung on it."""
    row = org.rows(name)[known_id(record) or record]
    gone_at = row["SystemModstamp"]
    org.edit(name, row["Id"], IsDeleted=None, MasterRecordId=None)
    _forget(org, name, row["Id"])
    for child, field in (*_CASCADING.get(name, ()), *_LETTERS):
        for each in org.table(child).holding(field, (row["Id"],)):
            if each.get("IsDeleted") and each["SystemModstamp"] == gone_at and each[field] == row["Id"]:
                undelete(org, child, each["Id"])
    twin = _DOCUMENTS.get(name, "")
    if twin and org.rows(twin)[row["Id"]].get("IsDeleted"):
        undelete(org, twin, row["Id"])


def purge(org: Org, name: str, record: str) -> None:
    """Empties the recycle bin of the record: no query finds it, and the delete log still names it."""
    row_id = known_id(record) or record
    if not org.rows(name)[row_id].get("IsDeleted"):
        delete(org, name, row_id)
    org.table(name).remove(row_id)


def trim_deletions(org: Org) -> None:
    """The delete log is trimmed: nothing before now is known in it."""
    org.deletions_known_since = org.instant()
    org.deleted.clear()


def merge(org: Org, name: str, winner: str, *losers: str) -> None:
    """The losers go to the recycle bin and name their master; what hung on them hangs on it."""
    master = known_id(winner) or winner
    org.edit(name, master)
    for loser in losers:
        row = org.rows(name)[known_id(loser) or loser]
        for type_, field in list(org.referring(name)):
            if field.name == "MasterRecordId":
                continue
            for each in org.holding(type_.name, field.name, row["Id"]):
                # Nobody is their own parent.
                org.edit(type_.name, each["Id"], **{field.name: None if each["Id"] == master else master})
        _bin(org, name, row["Id"], MasterRecordId=master)


def _forget(org: Org, name: str, row_id: str) -> None:
    org.deleted[:] = [each for each in org.deleted if (each.object, each.id) != (name, row_id)]


def deactivate(org: Org, user: str) -> Row:
    """The user can no longer log in, and keeps what they own."""
    return org.edit("User", user, IsActive=False)


def define_object(org: Org, name: str, label: str) -> ObjectType:
    """A new custom object, whose name ends in __c."""
    fields = (
        record_id(label),
        *system_fields(),
        text("Name", f"{label} Name", 80, is_required=True, is_name=True),
        owner(),
    )
    prefix = f"a{len(org.types):02}"
    made = object_type(name, label, f"{label}s", prefix, fields, is_custom=True, described_at=org.instant())
    org.add_type(made)
    return made


def define_field(org: Org, name: str, field: Field) -> None:
    """A new custom field, whose name ends in __c, and which no record has a value for yet."""
    type_ = org.type(name)
    if not type_.is_customizable:
        raise ValueError(f"{name} takes no custom fields")
    type_.fields[field.name.lower()] = field
    type_.described_at = org.instant()


def drop_field(org: Org, name: str, field: str) -> None:
    """The field is gone, with its values."""
    type_ = org.type(name)
    known = type_.fields.pop(field.lower())
    for row in org.rows(name).values():
        row.pop(known.name, None)
    type_.described_at = org.instant()


def hide_field(org: Org, name: str, field: str) -> None:
    """Field-level security hides the field from the API user."""
    org.access.hide_field(name, field)
    org.type(name).described_at = org.instant()


def hide_object(org: Org, name: str) -> None:
    """The API user's profile no longer reads the object."""
    org.access.hide_object(name)
    org.type(name).described_at = org.instant()
