"""A CRM in memory, and a source that reads it stream by stream through the port."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from store.contacts import Contact
from store.crm.accounts import KIND, CrmAccount
from store.crm.rules import CrmChoices
from store.notes import Note
from store.pulled import Record
from sync.connector import Finding, Gone, Page
from sync.errors import RejectedError

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
_PAGE = 2


@dataclass
class FakeCrm:
    """Accounts, contacts and notes by id, and the clock that stamps them."""

    now: datetime = START
    accounts: dict[str, CrmAccount] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    deleted: list[Gone] = field(default_factory=list)

    def put(self, *records: CrmAccount | Contact | Note) -> None:
        for record in records:
            stamped = replace(record, source_changed_at=self.now, seen_at=self.now)
            if isinstance(stamped, CrmAccount):
                self.accounts[stamped.source_id] = stamped
            elif isinstance(stamped, Contact):
                self.contacts[stamped.source_id] = stamped
            else:
                self.notes[stamped.source_id] = stamped

    def delete_contact(self, source_id: str) -> None:
        del self.contacts[source_id]
        self.deleted.append(Gone(kind="contact", source_id=source_id, at=self.now))


class FakeCrmSource:
    """The port over a FakeCrm: what changed since the cursor, two records a page; `asked` are streams."""

    name, title = "salesforce", "Salesforce"
    streams = ("accounts", "contacts", "notes")

    def __init__(self, system: FakeCrm, choices: CrmChoices) -> None:
        self.system, self.choices = system, choices
        self.asked: list[str] = []
        self.fetched: list[str] = []
        self.failing = ""
        self.matched_on: list[str] = []

    def match_on(self, account_field: str) -> None:
        self.matched_on.append(account_field)

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        self.asked.append(stream)
        if stream == self.failing:
            raise RejectedError("cannot be read")
        since = datetime.fromisoformat(json.loads(cursor)) if cursor else datetime.min.replace(tzinfo=UTC)
        known: dict[str, dict[str, Record]] = {
            "accounts": {**self.system.accounts},
            "contacts": {**self.system.contacts},
            "notes": {**self.system.notes},
        }
        found = [one for one in known[stream].values() if (one.source_changed_at or now) >= since]
        gone = tuple(one for one in self.system.deleted if f"{one.kind}s" == stream)
        for start in range(0, len(found), _PAGE):
            part = tuple(found[start : start + _PAGE])
            yield Page(records=part, cursor=cursor, covered_until=None)
        yield Page(records=(), cursor=json.dumps(now.isoformat()), covered_until=now, gone=gone)

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        assert (kind, since) == (KIND, None)
        self.fetched.append(source_id)
        account = self.system.accounts.get(source_id)
        if account is None:
            return ()
        people = [one for one in self.system.contacts.values() if one.account_id == account.id]
        notes = [one for one in self.system.notes.values() if one.account_id == account.id]
        return (account, *people, *notes)

    async def account(self) -> str:
        return "00D000000000001EAA"

    async def check(self) -> tuple[Finding, ...]:
        return ()

    async def close(self) -> None:
        return None
