"""The port of a system of record: what a connector must be able to do. The engine knows nothing else of it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias, runtime_checkable

from store.crm.rules import CrmChoices
from store.pulled import Record

# What a record without an id is called in a quarantine: no later page can bring it, so the next run forgets it.
NO_ID = "?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A record that could not be read: its id in the source and the reason, in words that name field and value.

    `kind` is the canonical one, by which `Source.fetch` is asked for it again; «» where only a later page can bring it.
    `payload_hash` is a digest of what the source sent, so that two reports of one defect can be told from two defects.
    """

    source_id: str
    reason: str
    kind: str = ""
    payload_hash: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """A record that the source says it has no more; `at` is when it went, by the source's clock, where it tells."""

    kind: str
    source_id: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Ids of one kind, as part of a list of all that the source has.

    From `is_first` to `is_last`, over as many pages as it takes, every living id is named once at least, also those of
    records that cannot be read; what the store has and the list has not was deleted over there. With `only_open` every
    open one is named, and what the list has not was settled.
    """

    kind: str
    source_ids: tuple[str, ...]
    is_first: bool = False
    is_last: bool = False
    only_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What one request brought, and the cursor to save with it.

    `cursor` is the connector's own text; handed back, it goes on right after this page. `covered_until` is the
    instant up to which this stream is complete with this page: None while the first load still lacks open items,
    the previous value's successor once a window is read to its end. `expected` is how many records the source
    says the whole read will bring, when it says so. `gone` are deletions that the source reports; `listing` is a part
    of a full list, from which they follow. `skipped` counts records that were read and are none of ours.

    After a stream whose pages bring definitions of custom fields (`store.custom_fields.CustomField`), or list these,
    the contacts that are made of fields with e-mail addresses follow them.
    """

    records: tuple[Record, ...]
    cursor: str
    covered_until: datetime | None
    broken: tuple[Broken, ...] = ()
    expected: int | None = None
    gone: tuple[Gone, ...] = ()
    listing: Listing | None = None
    skipped: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that `tesorio doctor` checked. `remedy` says what to do when it is not ok."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


class Source(Protocol):
    """A system that records are pulled from.

    Everything may raise `sync.errors.SourceError`; retries within one request are the connector's own affair.
    """

    @property
    def name(self) -> str:
        """The system's short name, which is also the records' origin: «netsuite»."""

    @property
    def title(self) -> str:
        """What people call the system: «NetSuite»."""

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams in the order in which they are pulled."""

    def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        """Read a stream on from a cursor («» reads everything) up to `now`, page by page."""

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        """This one record as it is in the source now, first, then what its card is made of and changed `since`.

        For a customer these are its invoices (open ones, when `since` is None). Empty: the source says of this very
        record that it has it no more, which an empty search does not. Raises NotPermittedError where our role may not
        see it, RejectedError when it cannot be read, or records of this kind cannot be had one by one.
        """

    async def account(self) -> str:
        """Which account of the system this is; an installation binds to the first one it meets."""

    async def check(self) -> tuple[Finding, ...]:
        """Look at settings, login and permissions, one finding each."""

    async def close(self) -> None:
        """Free connections and threads."""


@runtime_checkable
class Files(Protocol):
    """What a source offers besides, when the content of its records' files can be had; few do."""

    async def content(self, file_id: str, *, most_bytes: int) -> bytes:
        """The file whole, by `Attachment.file_id`: somebody waits for it, so nothing is tried for long.

        May raise `sync.errors.SourceError`: RejectedError when there is no such file, or it is larger than `most_bytes`
        (of which the connector reads little more), RetryError when the same may work later.
        """


@runtime_checkable
class Crm(Protocol):
    """What a source is besides, when its accounts are customers that the ERP has too.

    It has the streams «accounts» (kind `crm_account`), «contacts» and «notes», of which those are not read that the
    rules do not ask for; `fetch` of an account brings it with all of its contacts and notes.
    """

    @property
    def choices(self) -> CrmChoices:
        """What the settings say of how its data counts."""

    def match_on(self, account_field: str) -> None:
        """Read the accounts' keys from this field from here on: what holds may have been chosen elsewhere; «»: none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotePush:
    """A note on its way into a system of record.

    `key` names it for ever: the same note has the same key each time it is pushed. `about_kind` («customer» or
    «invoice») and `about_source_id` say which of the system's own records it is about. `text` is as it was written;
    `written_at` is an aware instant.
    """

    kind: ClassVar[str] = "note"
    key: str
    about_kind: str
    about_source_id: str
    title: str
    text: str
    author: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPush:
    """A contact that was made or changed here, on its way to its customer.

    `source_id` is the system's own id of it, «» while it has none; then `key` names it, as it does a note. What is None
    is emptied over there. `role` is the system's own word for what the person is there for; None leaves it alone,
    unless `loses_role` says that the one that it had, such as that of the primary contact, is to be taken off.

    `changed` names the fields, «role» for being the primary one, too, that are written over a contact that is there:
    what nobody changed here may have been changed over there since. None: all of them.
    """

    kind: ClassVar[str] = "contact"
    key: str
    source_id: str
    customer_source_id: str
    name: str
    first_name: str | None
    last_name: str | None
    title: str | None
    email: str | None
    other_email: str | None
    phone: str | None
    mobile_phone: str | None
    role: str | None
    is_primary: bool
    is_inactive: bool
    loses_role: bool = False
    changed: tuple[str, ...] | None = None

    def is_told(self, field: str) -> bool:
        """Whether the system gets this field: all of one that is new to it, else what was changed here."""
        return not self.source_id or self.changed is None or field in self.changed


@dataclass(frozen=True, kw_only=True, slots=True)
class MessagePush:
    """An e-mail that was sent from here, to be recorded: the system sends nothing. Named and placed like a note.

    `tried_at` is when it was last pushed, and `others` are the system's ids of further e-mails from here about the
    same: by these it is told from an equal one where the system keeps no key.
    """

    kind: ClassVar[str] = "message"
    key: str
    about_kind: str
    about_source_id: str
    customer_source_id: str
    subject: str
    text: str
    author: str
    author_email: str
    recipients: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    sent_at: datetime
    tried_at: datetime | None = None
    others: tuple[str, ...] = ()


PushItem: TypeAlias = NotePush | ContactPush | MessagePush


class Target(Protocol):
    """A system that notes, contacts and messages are pushed to.

    `push` and `find` may raise `sync.errors.SourceError`: RetryError when nothing was stored and the same may work
    later, UnknownOutcomeError when it may have been stored, any other when it was not and never will be. Both end by
    themselves: nobody gives up on a `push` that is still under way, as what it sent could arrive afterwards.
    """

    @property
    def name(self) -> str:
        """The system's short name: «netsuite»."""

    @property
    def title(self) -> str:
        """What people call the system: «NetSuite»."""

    @property
    def takes(self) -> frozenset[str]:
        """The kinds of push that it takes: «note», «contact», «message». It is never given another."""

    @property
    def about(self) -> frozenset[str]:
        """What a note may be about here, «customer» at least; what is about an invoice goes to its customer else."""

    @property
    def keyless(self) -> frozenset[str]:
        """The kinds of push that no key keeps single: what was sent may arrive as a second one for minutes."""

    @property
    def contact_roles(self) -> tuple[str, ...]:
        """The words that `ContactPush.role` may be, besides None; the primary contact is none of them."""

    @property
    def at_once(self) -> int:
        """How many requests of ours the account bears at a time, over all replicas."""

    async def account(self) -> str:
        """Which account of the system this is, in the words of `Source.account`; «» if there is but one."""

    async def push(self, item: PushItem) -> str:
        """Store it with its key; the system's id of it. Whoever calls has looked for it where it may be there."""

    async def find(self, item: PushItem) -> str | None:
        """The id of what was stored whole with this key; None when it was not, or storing it again does no harm."""

    async def close(self) -> None:
        """Free connections and threads."""
