"""A record as it was sent, and the refusals that its fields meet."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sandbox.netsuite.criteria import parsed_instant
from sandbox.netsuite.errors import RefusalError

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """`values` are the elements by their local name, `nulls` the fields to be emptied."""

    type_name: str
    internal_id: str
    external_id: str
    values: Mapping[str, etree._Element]
    nulls: frozenset[str]

    def said(self, name: str) -> bool:
        """Whether the field is to be changed."""
        return name in self.values or name in self.nulls

    def text(self, name: str, otherwise: str = "") -> str:
        """The field's text, empty when it was nulled, `otherwise` when nothing was said of it."""
        if name in self.nulls:
            return ""
        return (self.values[name].text or "") if name in self.values else otherwise

    def flag(self, name: str, *, otherwise: bool) -> bool:
        return self.text(name, "true" if otherwise else "false").strip() in {"true", "1"}

    def instant(self, name: str, otherwise: datetime) -> datetime:
        """The field's instant in whole seconds; an offset that is left out means Pacific time."""
        sent = self.text(name).strip()
        return parsed_instant(sent).astimezone(otherwise.tzinfo).replace(microsecond=0) if sent else otherwise

    def reference(self, name: str) -> int | None:
        """The internal id that a field refers to. Raises RefusalError for one that is no number."""
        element = self.values.get(name)
        if element is None:
            return None
        sent = element.get("internalId", "")
        if not sent.isdecimal():
            raise bad_reference(name, sent or element.get("externalId", ""))
        return int(sent)


def sent_record(element: etree._Element) -> Sent:
    """The record in a request; its type is the local part of xsi:type."""
    by_name = {etree.QName(part).localname: part for part in element}
    nulls = by_name.pop("nullFieldList", ())
    return Sent(
        type_name=element.get(_XSI_TYPE, "").rpartition(":")[2],
        internal_id=element.get("internalId", ""),
        external_id=element.get("externalId", ""),
        values=by_name,
        nulls=frozenset((name.text or "").strip() for name in nulls),
    )


def bad_reference(name: str, sent: object) -> RefusalError:
    return RefusalError("INVALID_KEY_OR_REF", f"Invalid {name} reference key {sent}.")


def missing(*labels: str) -> RefusalError:
    """The refusal of a record in which what people call these fields is empty."""
    return RefusalError("USER_ERROR", f"Please enter value(s) for: {', '.join(labels)}")


def checked_address(sent: str) -> str:
    """The address. Raises RefusalError when it is none."""
    if not _ADDRESS.fullmatch(sent):
        raise RefusalError("INVALID_EMAIL", f"Invalid e-mail address: {sent}")
    return sent


def addresses(sent: str) -> tuple[str, ...]:
    """Addresses between blanks; any other separator makes an invalid address of its neighbours."""
    return tuple(checked_address(part) for part in sent.split())


def content(element: etree._Element) -> bytes:
    """The bytes in a base64Binary element. Raises RefusalError when they are none."""
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except binascii.Error:
        raise RefusalError("USER_ERROR", "The content of the file is not base64.") from None


def refuse_read_only(sent: Sent, names: frozenset[str], *, ignored: bool) -> None:
    """Raises RefusalError for a field that only the service sets, unless the preferences say to pass over it."""
    strange = sorted(name for name in names if sent.said(name))
    if strange and not ignored:
        reasons = "the field is read-only, hidden, or not offered by the feature or the role"
        message = f"You do not have permissions to set a value for element {strange[0].lower()}: {reasons}."
        raise RefusalError("INSUFFICIENT_FLD_PERMISSION", message)
