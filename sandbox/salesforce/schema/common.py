"""Fields that many objects have, and short ways to write the others."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sandbox.salesforce.field import Field, FieldType, Row

_PARTS = ("Street", "City", "State", "PostalCode", "Country")
_LENGTHS = (255, 40, 80, 20, 80)


def text(name: str, label: str, length: int, type_: FieldType = FieldType.STRING, **more: Any) -> Field:
    return Field(name=name, label=label, type=type_, length=length, **more)


def reference(name: str, label: str, *objects: str, relationship: str = "", **more: Any) -> Field:
    return Field(
        name=name,
        label=label,
        type=FieldType.REFERENCE,
        length=18,
        reference_to=objects,
        relationship=relationship or name.removesuffix("Id"),
        **more,
    )


def yes_no(name: str, label: str, *, default: bool = False, **more: Any) -> Field:
    return Field(name=name, label=label, type=FieldType.BOOLEAN, default=default, **more)


def choice(name: str, label: str, *choices: str, **more: Any) -> Field:
    return Field(name=name, label=label, type=FieldType.PICKLIST, length=255, choices=choices, **more)


def number(
    name: str, label: str, precision: int, scale: int, type_: FieldType = FieldType.DOUBLE, **more: Any
) -> Field:
    return Field(name=name, label=label, type=type_, precision=precision, scale=scale, **more)


def kept(name: str, label: str, type_: FieldType, **more: Any) -> Field:
    """What the service itself keeps: nobody writes it."""
    return Field(name=name, label=label, type=type_, is_createable=False, is_updateable=False, **more)


def record_id(label: str) -> Field:
    return kept("Id", f"{label} ID", FieldType.ID, length=18)


def system_fields(*, recycled: bool = True) -> Iterator[Field]:
    """Who made and changed a record and when, and whether it lies in the recycle bin."""
    if recycled:
        yield kept("IsDeleted", "Deleted", FieldType.BOOLEAN, default=False)
    yield kept("CreatedDate", "Created Date", FieldType.DATETIME)
    yield _by("CreatedById", "Created By ID")
    yield kept("LastModifiedDate", "Last Modified Date", FieldType.DATETIME)
    yield _by("LastModifiedById", "Last Modified By ID")
    yield kept("SystemModstamp", "System Modstamp", FieldType.DATETIME)


def _by(name: str, label: str) -> Field:
    return reference(name, label, "User", is_createable=False, is_updateable=False)


def owner() -> Field:
    return reference("OwnerId", "Owner ID", "User")


def master(name: str) -> Field:
    """Where a merged record's data went."""
    return reference("MasterRecordId", "Master Record ID", name, is_createable=False, is_updateable=False)


def address(prefix: str) -> Iterator[Field]:
    """The parts of an address, and the compound field that holds them together."""
    for part, length in zip(_PARTS, _LENGTHS, strict=True):
        type_ = FieldType.TEXTAREA if part == "Street" else FieldType.STRING
        yield text(f"{prefix}{part}", f"{prefix} {part}", length, type_)
    name = f"{prefix}Address"
    label = f"{prefix} Address"
    yield kept(name, label, FieldType.ADDRESS, is_compound=True, formula=_address_of(prefix))


def _address_of(prefix: str) -> Callable[[Row, Callable[[str], Row | None], datetime], Any]:
    keys = {part[0].lower() + part[1:]: f"{prefix}{part}" for part in _PARTS}

    def formula(row: Row, _: Callable[[str], Row | None], __: datetime) -> dict[str, Any] | None:
        parts = {key: row.get(name) for key, name in keys.items()}
        if not any(parts.values()):
            return None
        return parts | {"geocodeAccuracy": None, "latitude": None, "longitude": None}

    return formula


def full_name(length: int = 121) -> Field:
    """The name of a person, from first and last name."""

    def formula(row: Row, _: Callable[[str], Row | None], __: datetime) -> str:
        return " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)

    return kept("Name", "Full Name", FieldType.STRING, length=length, is_name=True, formula=formula)
