"""The definitions of custom fields: getCustomizationId, and the two records that tell a field's type and label."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sandbox.ledger import Kind
from sandbox.ledger.custom_fields import AppliesTo, Definition
from sandbox.ledger.records import FieldKind
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, status
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import attribute, boolean, text

# The records by what the field is on.
CUSTOMIZATIONS: Mapping[str, AppliesTo] = {
    "entityCustomField": AppliesTo.CUSTOMER,
    "transactionBodyCustomField": AppliesTo.INVOICE,
}
_FIELD_TYPES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "_freeFormText",
    FieldKind.TEXT_AREA: "_textArea",
    FieldKind.EMAIL: "_eMailAddress",
    FieldKind.PHONE: "_phoneNumber",
    FieldKind.HYPERLINK: "_hyperlink",
    FieldKind.INTEGER: "_integerNumber",
    FieldKind.DECIMAL: "_decimalNumber",
    FieldKind.CURRENCY: "_currency",
    FieldKind.PERCENT: "_percent",
    FieldKind.CHECK: "_checkBox",
    FieldKind.DATE: "_date",
    FieldKind.DATETIME: "_datetime",
    FieldKind.SELECT: "_listRecord",
    FieldKind.MULTISELECT: "_multipleSelect",
}


def get_customization_id(request: Request, desk: Desk, _: datetime) -> Iterator[str]:
    asked, with_inactive = (request.body[0].get("getCustomizationType", ""), request.body[1].text or "")
    desk.permissions.check_reading(asked)
    found = [
        made
        for made in desk.ledger.records(Kind.CUSTOM_FIELD).values()
        if made.applies_to is CUSTOMIZATIONS.get(asked)
        and (with_inactive.strip() in {"true", "1"} or not made.is_inactive)
    ]
    references = "".join(
        f'<platformCore:customizationRef internalId="{made.id}" scriptId="{attribute(made.script_id)}" type="{asked}">'
        f"<platformCore:name>{text(made.label)}</platformCore:name></platformCore:customizationRef>"
        for made in found
    )
    yield (
        f"<platformCore:getCustomizationIdResult>{status()}"
        f"<platformCore:totalRecords>{len(found)}</platformCore:totalRecords>"
        f"<platformCore:customizationRefList>{references}</platformCore:customizationRefList>"
        "</platformCore:getCustomizationIdResult>"
    )


def definition_of(record_type: str, internal_id: str, script_id: str, desk: Desk) -> Definition | None:
    """The definition with this internal id, or else this script id; None when there is none on such a record."""
    for made in desk.ledger.records(Kind.CUSTOM_FIELD).values():
        is_named = str(made.id) == internal_id if internal_id else made.script_id == script_id
        if is_named and made.applies_to is CUSTOMIZATIONS[record_type]:
            found: Definition = made
            return found
    return None


def definition_xml(made: Definition, writer: Writer) -> str:
    """The record; which of its many flags say where the field is, is what its two types differ in."""
    on_customer = made.applies_to is AppliesTo.CUSTOMER
    where = ("appliesToCustomer", "appliesToContact") if on_customer else ("bodySale", "bodyCustomerPayment")
    flags = "".join(f"<setupCustom:{flag}>{boolean(nth == 0)}</setupCustom:{flag}>" for nth, flag in enumerate(where))
    kind = "EntityCustomField" if on_customer else "TransactionBodyCustomField"
    return (
        f"{writer.opening('setupCustom', 'customization', kind, made.id)}"
        f"<setupCustom:fieldType>{_FIELD_TYPES[made.kind]}</setupCustom:fieldType>"
        f"<setupCustom:scriptId>{text(made.script_id)}</setupCustom:scriptId>"
        f"<setupCustom:label>{text(made.label)}</setupCustom:label>"
        f"<setupCustom:storeValue>true</setupCustom:storeValue>{flags}</platformCore:record>"
    )
