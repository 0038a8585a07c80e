"""By which fields accounts could be matched, with the values of some accounts: enough to tell a good choice."""

from collections.abc import Iterable

from sync.connecting import AccountSample, KeyField
from sync.connectors.salesforce.client import SalesforceClient, Tree
from sync.connectors.salesforce.describe import Description, Descriptions, Field
from sync.connectors.salesforce.mapping import NUMBER
from sync.connectors.salesforce.soql import Query
from sync.connectors.salesforce.values import UnreadableFieldError, identifier

# One page of a query.
MOST_ACCOUNTS = 2000
# What an identifier may be kept in; addresses of requests have an end.
_TYPES = frozenset({"string", "double", "int", "long", "email"})
_MOST_FIELDS = 50
_STANDARD = ("AccountNumber",)


async def account_sample(client: SalesforceClient, descriptions: Descriptions) -> AccountSample:
    """See `sync.connecting.Connectable`."""
    fields = key_fields(await descriptions.of("Account", anew=True, urgent=True))
    names = tuple(field.name for field in fields)
    query = Query(fields=("Id", *names), source="Account", order=("Id",), limit=MOST_ACCOUNTS)
    rows = list((found := await client.query(query, urgent=True)).rows)
    while found.next_path:
        found = await client.more(found.next_path)
        rows += found.rows
    return AccountSample(
        fields=tuple(KeyField(name=field.name, label=field.label) for field in fields),
        accounts=tuple({"id": str(row["Id"])} | _held(row, fields) for row in rows),
        is_whole=len(rows) < MOST_ACCOUNTS,
    )


def key_fields(described: Description) -> tuple[Field, ...]:
    """The fields that may hold an identifier; those that are meant to come first. Pure."""
    found = [field for field in described.custom if field.type in _TYPES]
    found.sort(key=lambda field: not (field.is_external_id or field.is_unique))
    return (*found[:_MOST_FIELDS], *(described.fields[name] for name in described.seen(*_STANDARD)))


def _held(row: Tree, fields: Iterable[Field]) -> dict[str, str]:
    """The values as they would be read as keys; what cannot be is none."""
    found: dict[str, str] = {}
    for field in fields:
        try:
            value = identifier(row, field.name, is_number=field.type == NUMBER)
        except UnreadableFieldError:
            continue
        if value:
            found[field.name] = value
    return found
