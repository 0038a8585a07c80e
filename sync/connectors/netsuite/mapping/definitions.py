"""The definitions of custom fields, of which the data tells too little: an e-mail address there is a text like any."""

from collections.abc import Mapping

from store.custom_fields import CustomField
from store.records import record_id
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, Other, provenance, required, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import UnreadableFieldError, boolean, text

EMAIL = "email"
# What tells of which records a field is, by the type of its definition.
_FLAGS: Mapping[str, tuple[str, str]] = {
    "EntityCustomField": ("customer", "appliesToCustomer"),
    "TransactionBodyCustomField": ("invoice", "bodySale"),
}
_PREFIXES: Mapping[str, str] = {"custentity": "customer", "custbody": "invoice"}
# The values of CustomizationFieldType. What is a password's has no business outside of NetSuite.
_TYPES: Mapping[str, str] = {
    "_checkBox": "check",
    "_currency": "money",
    "_date": "date",
    "_datetime": "date",
    "_decimalNumber": "decimal",
    "_document": "select",
    "_eMailAddress": EMAIL,
    "_freeFormText": "text",
    "_help": "text",
    "_hyperlink": "link",
    "_image": "select",
    "_inlineHTML": "text",
    "_integerNumber": "integer",
    "_listRecord": "select",
    "_longText": "text",
    "_multipleSelect": "multiselect",
    "_password": "",
    "_percent": "percent",
    "_phoneNumber": "phone",
    "_richText": "text",
    "_textArea": "text",
    "_timeOfDay": "text",
}


def definition(tree: Tree, account: Account) -> CustomField | Other:
    """An EntityCustomField or TransactionBodyCustomField record. Raises UnreadableFieldError.

    One that is neither on customers nor on invoices, or holds a secret, is none of ours.
    """
    kind, flag = _FLAGS.get(str(tree.get("@type")), ("", ""))
    field_type = _type_of(tree)
    if not kind or not field_type or not boolean(tree, flag):
        return Other(source_id=source_id_of(tree))
    script_id = required(text(tree, "scriptId"), "scriptId")
    return CustomField(
        **provenance(tree, "custom_field", account),
        kind=kind,
        script_id=script_id,
        field_type=EMAIL if script_id in account.email_fields else field_type,
        label=text(tree, "label") or script_id,
    )


def configured_definition(script_id: str, account: Account) -> CustomField:
    """A field of which only the settings say that it holds e-mail addresses, and only its name whose it is."""
    kind = next(kind for prefix, kind in _PREFIXES.items() if script_id.startswith(prefix))
    return CustomField(
        id=record_id(ORIGIN, "custom_field", script_id),
        origin=ORIGIN,
        source_id=script_id,
        seen_at=account.seen_at,
        kind=kind,
        script_id=script_id,
        field_type=EMAIL,
        label=script_id,
    )


def _type_of(tree: Tree) -> str:
    value = required(text(tree, "fieldType"), "fieldType")
    if value not in _TYPES:
        raise UnreadableFieldError("fieldType", f"«{value[:60]}» is a type that we do not know")
    return _TYPES[value]
