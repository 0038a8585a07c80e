"""What streams are made of: objects, which of their fields are selected, and how a row of them is read."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from store.crm.accounts import KIND
from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.salesforce.client import SalesforceClient, Tree
from sync.connectors.salesforce.content_notes import linked_since, on_accounts
from sync.connectors.salesforce.describe import Description, Field
from sync.connectors.salesforce.mapping import (
    CONTACT,
    FIELD_TYPES,
    NOTE,
    PERSON,
    STAMP,
    Context,
    account,
    contact,
    note,
)
from sync.connectors.salesforce.soql import Condition, Where
from sync.connectors.salesforce.values import UnreadableFieldError
from sync.payload import payload_hash

_SYSTEM = ("Id", "IsDeleted", STAMP, "CreatedDate")
_ACCOUNT = (
    *_SYSTEM,
    "MasterRecordId",
    "Name",
    "Phone",
    "Fax",
    "Website",
    "BillingStreet",
    "BillingCity",
    "BillingState",
    "BillingPostalCode",
    "BillingCountry",
    "OwnerId",
)
_CONTACT = (*_SYSTEM, "AccountId", "Name", "FirstName", "LastName", "Title", "Email", "Phone", "MobilePhone")
_NOTE = (*_SYSTEM, "ParentId", "Title", "Body")
# Not every organisation shows a SystemModstamp of these.
_CONTENT_NOTE = (*_SYSTEM, "LastModifiedDate", "Title", "TextPreview")
# Unlike its SystemModstamp this leaves out that somebody logged in.
_CHANGED = "LastModifiedDate"
_NO_ID = "?"


Complete: TypeAlias = Callable[[SalesforceClient, Sequence[Tree]], Awaitable[Sequence[Tree]]]
Linked: TypeAlias = Callable[[SalesforceClient, datetime], Awaitable[Sequence[str]]]


async def _as_they_are(_client: SalesforceClient, rows: Sequence[Tree]) -> Sequence[Tree]:
    return rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An object whose rows a stream is made of.

    `fields` are selected, `always` is what makes a row one of the stream's, `living` what those that count fulfil
    besides. `related` are the dates of what a row shows of others, and `linked` tells the ids of rows that others came
    to point at. `booleans` are fields whose text in a bulk file is no text. `context` is what `read` needs besides a
    row, and `completed` brings what a query does not. `prefix` is what its ids begin with, `account_field` the field
    that names the account a row belongs to, if one does. `stamp` is when a row last changed.
    """

    source: str
    kind: str
    fields: tuple[str, ...]
    mapped: Callable[[Tree, Context], Record | Gone]
    context: Context
    always: tuple[Where, ...] = ()
    living: tuple[Where, ...] = ()
    related: tuple[str, ...] = ()
    linked: Linked | None = None
    booleans: frozenset[str] = frozenset()
    completed: Complete = _as_they_are
    prefix: str = ""
    account_field: str = ""
    stamp: str = STAMP

    def read(self, row: Tree) -> Record | Gone | Broken:
        """The record, or why it cannot be taken over."""
        try:
            return self.mapped(row, self.context)
        except UnreadableFieldError as error:
            found = row.get("Id")
            source_id = found if isinstance(found, str) and found else _NO_ID
            return Broken(source_id=source_id, reason=str(error), kind=self.kind, payload_hash=payload_hash(row))


def asked_of(parts: Sequence[Part]) -> str:
    """What these parts select, in a few characters."""
    told = repr([(part.source, sorted(part.fields), part.context.account_key) for part in parts])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def custom_fields_of(description: Description, wanted: tuple[str, ...] | None) -> tuple[Field, ...]:
    """The custom fields that are read: all, or those that are named; none of a type that people do not read.

    An account's number is like one of them: no field of ours has it, and accounts may be matched by it.
    """
    known = (*description.custom, *(description.fields[name] for name in description.seen("AccountNumber")))
    return tuple(field for field in known if field.type in FIELD_TYPES and (wanted is None or field.name in wanted))


def lookups_of(description: Description) -> tuple[Field, ...]:
    """The custom fields that point at a contact."""
    return tuple(field for field in description.custom if field.reference_to == ("Contact",) and field.relationship)


def account_part(described: Mapping[str, Description], context: Context) -> Part:
    """Accounts with their owners and those whom their own fields point at, as far as all that may be seen."""
    of_account, of_user, of_contact = described["Account"], described["User"], described["Contact"]
    owner = of_user.seen(*PERSON, "IsActive")
    person = of_contact.seen(*PERSON, "AccountId")
    key = of_account.seen(context.account_key) if context.account_key else ()
    reached = tuple(each for each in context.lookups if of_contact.fields)
    fields = (
        *of_account.seen(*_ACCOUNT),
        *key,
        *(f"Owner.{name}" for name in owner),
        *(field.name for field in context.custom),
        *(field.name for field in context.lookups),
        *(f"{field.relationship}.{name}" for field in reached for name in person),
    )
    changed = ("Owner", *(field.relationship for field in reached)) if of_user.fields else ()
    return Part(
        source="Account",
        kind=KIND,
        prefix="001",
        fields=_once(fields),
        mapped=account,
        context=context,
        related=tuple(f"{name}.{_CHANGED}" for name in changed),
        booleans=_booleans(of_account, "Owner.IsActive"),
    )


def contact_part(description: Description, context: Context) -> Part:
    """Contacts of accounts."""
    return Part(
        source="Contact",
        kind=CONTACT,
        fields=_once((*description.seen(*_CONTACT), *(field.name for field in context.custom))),
        mapped=contact,
        context=context,
        living=(Condition(field="AccountId", is_="!=", value=None),),
        prefix="003",
        account_field="AccountId",
        booleans=_booleans(description),
    )


def note_part(description: Description, context: Context) -> Part:
    """Notes that hang on accounts."""
    return Part(
        source="Note",
        kind=NOTE,
        fields=(*description.seen(*_NOTE), "Owner.Name"),
        mapped=note,
        context=context,
        always=(Condition(field="Parent.Type", is_="=", value="Account"),),
        prefix="002",
        account_field="ParentId",
        booleans=_booleans(description),
    )


def content_note_part(description: Description, context: Context) -> Part:
    """Enhanced notes, of which those on accounts count."""
    return Part(
        source="ContentNote",
        kind=NOTE,
        fields=(*description.seen(*_CONTENT_NOTE), "Owner.Name"),
        mapped=note,
        context=context,
        booleans=_booleans(description),
        completed=on_accounts,
        linked=linked_since,
        stamp=STAMP if STAMP in description.fields else _CHANGED,
        prefix="069",
    )


def _booleans(description: Description, *others: str) -> frozenset[str]:
    return frozenset({name for name, field in description.fields.items() if field.type == "boolean"} | set(others))


def _once(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fields))
