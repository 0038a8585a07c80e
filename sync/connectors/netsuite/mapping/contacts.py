"""Contact records: the people at a customer."""

from store.contacts import Contact
from sync.connectors.netsuite.mapping.account import Account, provenance, reference, required, taken
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import boolean, custom_fields, reference_name, rest, text

_TAKEN = taken("company firstName lastName title email altEmail phone mobilePhone isInactive subsidiary")


def contact(tree: Tree, account: Account) -> Contact:
    """A Contact record; `account.marked` are the primary ones. Raises UnreadableFieldError."""
    origin = provenance(tree, "contact", account)
    return Contact(
        **origin,
        name=_name(tree),
        # A contact of a vendor or partner points at a customer that there is not: it shows on no card.
        customer_id=reference(tree, "company", "customer"),
        first_name=text(tree, "firstName"),
        last_name=text(tree, "lastName"),
        title=text(tree, "title"),
        email=text(tree, "email"),
        other_email=text(tree, "altEmail"),
        phone=text(tree, "phone") or text(tree, "officePhone"),
        mobile_phone=text(tree, "mobilePhone"),
        subsidiary=reference_name(tree, "subsidiary"),
        is_primary=origin["source_id"] in account.marked if account.knows_marked else None,
        is_inactive=boolean(tree, "isInactive"),
        extra_json=rest(tree | _custom(tree, account), _TAKEN, with_lists=False),
    )


def _name(tree: Tree) -> str:
    person = " ".join(filter(None, (text(tree, part) for part in ("firstName", "middleName", "lastName"))))
    return required(person or text(tree, "entityId"), "entityId")


def _custom(tree: Tree, account: Account) -> Tree:
    found = custom_fields(tree, account.zone)
    return {"customFields": found} if found != "{}" else {}
