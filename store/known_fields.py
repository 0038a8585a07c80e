"""Which e-mail fields a source's contacts were made of, and of which a person has yet to say that they are gone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from store.db import ReadConnection, WriteConnection
from store.facts import drop_fact, facts, keep_fact, read_fact

# The keys of the fact under which such names stand, beside the kinds of records.
_ASKED, _GIVEN_UP = "asked", "given_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownFields:
    """The fields of each kind of record whose contacts are there; of those `asked` a person has to say that they go.

    Those `given_up` go: no record makes contacts of them any more, and the contacts that are left are being buried.
    """

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    given_up: frozenset[str] = frozenset()

    @property
    def settled(self) -> Mapping[str, frozenset[str]]:
        """Those of which every record has its contacts, for good."""
        return {kind: names - self.asked - self.given_up for kind, names in self.names.items()}


async def read_known_fields(conn: ReadConnection, source: str) -> KnownFields:
    """As they were kept; none before."""
    told = json.loads(await read_fact(conn, _fact(source)) or "{}")
    found = {kind: frozenset(names) for kind, names in told.items()}
    asked, given_up = (found.pop(each, frozenset()) for each in (_ASKED, _GIVEN_UP))
    return KnownFields(names=found, asked=asked, given_up=given_up)


async def hold_known_fields(conn: WriteConnection, source: str) -> None:
    """Let nobody keep others before this transaction has ended: it makes contacts of these."""
    await conn.execute(select(facts.c.name).where(facts.c.name == _fact(source)).with_for_update(read=True))


async def keep_known_fields(conn: WriteConnection, source: str, known: KnownFields) -> None:
    """Keep them for the next run."""
    told = {**known.names, _ASKED: known.asked, _GIVEN_UP: known.given_up}
    await keep_fact(conn, _fact(source), json.dumps({key: sorted(names) for key, names in told.items()}))


async def mark_told(conn: WriteConnection, source: str, stream: str) -> None:
    """Note that a page of the stream told which custom fields there are, until `mark_followed`.

    To be written with that page: a program that ends before it has followed them, however it ends, finds it then.
    """
    await keep_fact(conn, _told_fact(source, stream), "")


async def are_told(conn: ReadConnection, source: str, stream: str) -> bool:
    """Whether the stream told of custom fields what nobody has followed yet."""
    return await read_fact(conn, _told_fact(source, stream)) is not None


async def mark_followed(conn: WriteConnection, source: str, stream: str) -> None:
    """Note that what the stream told has been followed."""
    await drop_fact(conn, _told_fact(source, stream))


def _told_fact(source: str, stream: str) -> str:
    return f"{source}.{stream}.told_of_fields"


def _fact(source: str) -> str:
    return f"{source}.email_fields"
