"""Which streams there are, and what each is made of as things stand in the organisation."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime

from store.crm.accounts import KIND
from sync.connector import Listing, Page
from sync.connectors.salesforce.describe import Description, Descriptions, Field
from sync.connectors.salesforce.mapping import CONTACT, CUSTOM_FIELD, NOTE, NUMBER, Context, definition
from sync.connectors.salesforce.parts import (
    Part,
    account_part,
    contact_part,
    content_note_part,
    custom_fields_of,
    lookups_of,
    note_part,
)
from sync.connectors.salesforce.position import Plan, Position, Stage, after_part, decode, encode, next_position
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.errors import NotPermittedError, RejectedError

CUSTOM_FIELDS, ACCOUNTS, CONTACTS, NOTES = "custom_fields", "accounts", "contacts", "notes"
# In the order of pulling: what refers to an account comes after it.
STREAMS = (CUSTOM_FIELDS, ACCOUNTS, CONTACTS, NOTES)
# Which stream brings the records of a kind.
KINDS = {KIND: ACCOUNTS, CONTACT: CONTACTS, NOTE: NOTES}


def require_stream(name: str) -> None:
    """Raises RejectedError for a stream that there is not."""
    if name not in STREAMS:
        raise RejectedError(f"Salesforce has no stream «{name}», only {', '.join(STREAMS)}")


async def parts_of(
    stream: str, descriptions: Descriptions, settings: SalesforceSettings, seen_at: datetime, *, anew: bool = False
) -> tuple[Part, ...]:
    """The parts of a stream by what describe tells now. Raises SourceError."""
    context = Context(seen_at=seen_at, app_address=settings.app_address, account_key=settings.account_field or "")
    if stream == NOTES:
        old = note_part(await descriptions.of("Note", anew=anew), context)
        if settings.note_kind == "note":
            return (old,)
        return (old, content_note_part(await descriptions.of("ContentNote", anew=anew), context))
    if stream == CONTACTS:
        described = await descriptions.of("Contact", anew=anew)
        return (contact_part(described, replace(context, custom=_custom(described, settings))),)
    described = await descriptions.of("Account", anew=anew)
    others = {name: await descriptions.if_seen(name, anew=anew) for name in ("User", "Contact")}
    key = _key(described, context.account_key)
    full = replace(
        context,
        is_key_number=key is not None and key.type == NUMBER,
        custom=_custom(described, settings),
        lookups=lookups_of(described),
    )
    return (account_part({"Account": described, **others}, full),)


async def definition_pages(
    descriptions: Descriptions, settings: SalesforceSettings, cursor: str, now: datetime
) -> AsyncGenerator[Page, None]:
    """All definitions of accounts' custom fields in one page, unless no time has passed since the cursor."""
    described = await descriptions.of("Account")
    ceiling = descriptions.ceiling(now)
    position = decode(cursor) if cursor else Position(ceiling=ceiling)
    plan = Plan(parts=1, overlap=settings.overlap, sweep=settings.overlap)
    if position.stage is Stage.REST:
        following = next_position(position, ceiling, plan)
        if following is None:
            return
        position = replace(following, stage=Stage.COUNT)
    after = after_part(position, plan)
    fields = _custom(described, settings)
    yield Page(
        records=tuple(definition(field, now) for field in fields),
        cursor=encode(after),
        covered_until=after.covered,
        expected=len(fields),
        listing=Listing(
            kind=CUSTOM_FIELD, source_ids=tuple(field.name for field in fields), is_first=True, is_last=True
        ),
    )


def _key(described: Description, name: str) -> Field | None:
    """The field that accounts are matched by; without it none would be matched any more. Raises NotPermittedError."""
    if name and name not in described.fields:
        raise NotPermittedError(f"Account.{name}, which accounts are matched by, is not there or hidden from us")
    return described.fields.get(name)


def _custom(described: Description, settings: SalesforceSettings) -> tuple[Field, ...]:
    return custom_fields_of(described, settings.custom_fields)
