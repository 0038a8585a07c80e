"""The objects that every org begins with."""

from sandbox.salesforce.field import Field, FieldType, ObjectType, object_type
from sandbox.salesforce.schema.account import ERP_KEY, account
from sandbox.salesforce.schema.common import record_id, system_fields, text, yes_no
from sandbox.salesforce.schema.notes import content_document, content_document_link, content_note, note
from sandbox.salesforce.schema.people import contact, user

__all__ = ["ERP_KEY", "standard_objects"]


def standard_objects() -> tuple[ObjectType, ...]:
    """A new set of them, for one org to change."""
    return (
        account(),
        contact(),
        user(),
        note(),
        content_note(),
        content_document(),
        content_document_link(),
        _organization(),
        _profile(),
    )


def _organization() -> ObjectType:
    fields = (
        record_id("Organization"),
        *system_fields(recycled=False),
        text("Name", "Name", 80, is_name=True),
        text("OrganizationType", "Edition", 40, FieldType.PICKLIST),
        text("InstanceName", "Instance Name", 5),
        text("TimeZoneSidKey", "Time Zone", 40, FieldType.PICKLIST),
        yes_no("IsSandbox", "Is Sandbox"),
    )
    return _settled("Organization", "00D", fields)


def _profile() -> ObjectType:
    fields = (
        record_id("Profile"),
        *system_fields(recycled=False),
        text("Name", "Name", 255, is_name=True),
        text("UserType", "User Type", 40, FieldType.PICKLIST),
    )
    return _settled("Profile", "00e", fields)


def _settled(name: str, prefix: str, fields: tuple[Field, ...]) -> ObjectType:
    flags = {"is_createable": False, "is_updateable": False, "is_deletable": False, "is_customizable": False}
    return object_type(name, name, f"{name}s", prefix, fields, **flags)
