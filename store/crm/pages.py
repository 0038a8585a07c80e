"""What a page of pulled records means for customers who are accounts of a CRM too, in the transaction that writes it.

Before its rows are written they are fitted: a customer's get what the CRM fills in, an account without a customer loses
all but its keys, contacts and notes get their customers. What was written is followed: keys, links, fields and people.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select, update

from store.bulk import among
from store.crm.accounts import KIND, crm_accounts
from store.crm.keys import claim_of, key_of_account, known_keys, rekey
from store.crm.links import Moved, links_of_accounts, lock_links, rematch
from store.crm.people import (
    accounts_of_contacts,
    adopt,
    attach,
    fitted_contacts,
    fitted_notes,
    mark_main,
    remake_people,
)
from store.crm.rules import CrmRules, crm_rules, related_streams
from store.crm.values import Fit, fits_of, keep_standings, settle, standings_of
from store.cursors import read_as_of
from store.db import ReadConnection, WriteConnection
from store.records import RecordId
from store.upsert import MANY, chunks, fingerprint

CONCERNED = frozenset({"customer", KIND, "contact", "note"})
_MATCHED = frozenset({"customer", KIND})
# What is kept of an account without a customer, beside its bookkeeping; the rest of its row is empty.
_STUB = ("id", "origin", "source_id", "deleted_at", "key", "master_id")
_EMPTY = dict.fromkeys(column.name for column in crm_accounts.c if column.name != "refreshed_at")
_EMPTY |= {"custom_fields_json": "{}", "lookups_json": "[]"}


@dataclass(kw_only=True, slots=True)
class CrmPage:
    """One page's way into a store with these rules; what fitting finds out, following needs."""

    rules: CrmRules
    at: datetime
    _keys: set[str]
    _accounts: set[RecordId]
    _fits: dict[RecordId, Fit]

    @classmethod
    async def opened(cls, conn: ReadConnection, kinds: Collection[str], *, at: datetime) -> Self | None:
        """The page's way; None where no CRM is connected, or nothing in the page has to do with one."""
        rules = await crm_rules(conn) if CONCERNED.intersection(kinds) else None
        return cls(rules=rules, at=at, _keys=set(), _accounts=set(), _fits={}) if rules else None

    async def fitted(self, conn: ReadConnection, kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows as they are to be written. Nothing is written yet."""
        if kind == "customer":
            return await self._customers(conn, rows)
        if kind == KIND:
            return await self._stubbed(conn, rows)
        theirs = [row for row in rows if row["origin"] == self.rules.system]
        if not theirs:
            return rows
        if kind == "contact":
            known = await accounts_of_contacts(conn, [row["id"] for row in theirs])
            self._accounts = known | {row["account_id"] for row in theirs if row["account_id"]}
        fit = fitted_contacts if kind == "contact" else fitted_notes
        return [*(row for row in rows if row["origin"] != self.rules.system), *await fit(conn, self.rules, theirs)]

    async def follow(self, conn: WriteConnection, kind: str, written: Collection[RecordId]) -> None:
        """These rows of the fitted ones were written."""
        if not written:
            return
        if kind == "customer":
            await self._follow_customers(conn, sorted(written))
        if kind == KIND:
            await self._follow_accounts(conn, written)
        if kind == "contact":
            await mark_main(conn, self.rules, self._accounts, at=self.at)

    async def gone(self, conn: WriteConnection, kind: str, ids: Sequence[RecordId]) -> None:
        """These records have become tombstones."""
        if kind == KIND:
            claim, c = claim_of(self.rules), crm_accounts.c
            for chunk in chunks(ids, MANY):
                found = await conn.execute(select(claim).where(among(conn, c.id, chunk), claim.is_not(None)))
                self._keys.update(found.scalars())
            self._accounts = set(ids)
        if kind == "contact":
            self._accounts = await accounts_of_contacts(conn, ids)
        await self.follow(conn, kind, ids)

    async def _customers(self, conn: ReadConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self._fits = await fits_of(conn, self.rules, rows, self.at)
        return [row | dict(self._fits[row["id"]].values) if row["id"] in self._fits else row for row in rows]

    async def _follow_customers(self, conn: WriteConnection, written: Sequence[RecordId]) -> None:
        found = {each: self._fits[each].standings for each in written if each in self._fits}
        await keep_standings(conn, found, before=await standings_of(conn, tuple(found)))
        touched = await rekey(conn, self.rules, written)
        if touched:
            moved = await rematch(conn, self.rules, keys=touched, customers=written, at=self.at)
            await follow_links(conn, self.rules, moved, at=self.at)

    async def _stubbed(self, conn: ReadConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        before = await _known(conn, [row["id"] for row in rows])
        claim = claim_of(self.rules).name
        masters = await _known(conn, [row["master_id"] for row in rows if row["master_id"]])
        made = {row["id"]: row["master_id"] for row in rows if row["master_id"]}
        rows = [row | {"master_id": _heir(row, made, masters), "key": key_of_account(self.rules, row)} for row in rows]
        keys = {row[claim] for row in rows if row[claim]}
        self._keys = keys | {row[claim] for row in before.values() if row[claim]}
        self._accounts = {RecordId(row["id"]) for row in rows} | {
            RecordId(row["master_id"]) for row in rows if row["master_id"]
        }
        # What belongs to a new one may have been read, and left, before it came: it is asked for with that.
        named = set() if await _has_read_related(conn, self.rules) else await known_keys(conn, keys)
        linked = await links_of_accounts(conn, [row["id"] for row in rows])
        return [
            row
            if row["id"] in linked
            or _is_whole(before.get(row["id"]))
            or (row["id"] not in before and row[claim] in named)
            else _stub(row)
            for row in rows
        ]

    async def _follow_accounts(self, conn: WriteConnection, written: Collection[RecordId]) -> None:
        heirs = await _heirs(conn, written)
        await adopt(conn, heirs)
        for loser, heir in heirs.items():
            await conn.execute(update(crm_accounts).where(crm_accounts.c.master_id == loser).values(master_id=heir))
        concerned = {*written, *heirs.values()}
        moved = await rematch(conn, self.rules, keys=self._keys, accounts=concerned, at=self.at)
        await follow_links(conn, self.rules, moved, accounts=concerned, adopted=heirs.values(), at=self.at)


async def wait_for_links(conn: WriteConnection, kinds: Collection[str]) -> None:
    """To be called before a page of these kinds is opened, and writes anything.

    Rules that changed between would be followed without what the page is about to write.
    """
    if _MATCHED.intersection(kinds):
        await lock_links(conn)


async def follow_links(
    conn: WriteConnection,
    rules: CrmRules,
    moved: Sequence[Moved],
    *,
    accounts: Collection[RecordId] = (),
    adopted: Collection[RecordId] = (),
    at: datetime,
) -> None:
    """Let customers, contacts and notes follow links that moved, and accounts of which something else has changed.

    `adopted` are accounts that have got contacts and notes of others.
    """
    links = await links_of_accounts(conn, accounts)
    customers = {each for one in moved for each in (one.was, one.now) if each} | set(links.values())
    others = {one.account_id for one in moved} | set(adopted)
    await settle(conn, rules, customers, at=at)
    await attach(conn, others, at=at)
    await remake_people(conn, rules, {*accounts, *others}, at=at)
    await mark_main(conn, rules, adopted, at=at)


async def _has_read_related(conn: ReadConnection, rules: CrmRules) -> bool:
    """Whether contacts or notes of accounts have been read before."""
    read = [await read_as_of(conn, rules.system, stream) for stream in sorted(related_streams(rules))]
    return any(each is not None for each in read)


async def _known(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, Mapping[Any, Any]]:
    c = crm_accounts.c
    found: dict[RecordId, Mapping[Any, Any]] = {}
    for chunk in chunks(ids, MANY):
        query = select(c.id, c.source_id, c.key, c.name, c.master_id).where(among(conn, c.id, chunk))
        found.update((RecordId(row["id"]), row) for row in (await conn.execute(query)).mappings())
    return found


async def _heirs(conn: ReadConnection, ids: Collection[RecordId]) -> dict[RecordId, RecordId]:
    """Into which accounts those of these were merged that are no more."""
    c = crm_accounts.c
    found: dict[RecordId, RecordId] = {}
    for chunk in chunks(sorted(ids), MANY):
        query = select(c.id, c.master_id).where(among(conn, c.id, chunk), c.master_id.is_not(None))
        found.update((RecordId(row[0]), RecordId(row[1])) for row in await conn.execute(query))
    return found


def _heir(
    row: Mapping[str, Any], made: Mapping[RecordId, RecordId], known: Mapping[RecordId, Mapping[Any, Any]]
) -> RecordId | None:
    """The account at the end of a row of mergers, as far as it is known: the ones in between are no more."""
    seen: set[RecordId] = {row["id"]}
    heir: RecordId | None = row["master_id"]
    while heir is not None and heir not in seen:
        seen.add(heir)
        further = made.get(heir) or (known[heir]["master_id"] if heir in known else None)
        heir = further if further and further not in seen else heir
    return heir


def _is_whole(row: Mapping[Any, Any] | None) -> bool:
    return row is not None and row["name"] is not None


def _stub(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in _STUB}
    when = {"source_changed_at": row["source_changed_at"], "seen_at": row["seen_at"]}
    return {**_EMPTY, **kept, **when, "fingerprint": fingerprint(kept)}
