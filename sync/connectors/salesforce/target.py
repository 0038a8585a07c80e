"""Salesforce as a system that notes are pushed to: to the account that a customer was matched with."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from sync.connector import NotePush, PushItem
from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.content_notes import is_on_account
from sync.connectors.salesforce.faults import UndoneError
from sync.connectors.salesforce.mapping import ORIGIN
from sync.connectors.salesforce.note_texts import body_of, content_of, mark_of, title_of
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.soql import Condition, Like, Query
from sync.errors import BusyError, RejectedError, RetryError, SourceError, UnknownOutcomeError, UsedUpError
from sync.http import NotSentError

_NOT_STORED = (BusyError, UsedUpError, NotSentError, UndoneError)
# What was stored before the note was written is not it, even where clocks differ; so not all titles are looked through.
_CLOCKS_DIFFER = timedelta(days=1)


class SalesforceTarget:
    """Notes of one organisation. The client is that of its source, whose end closes it.

    They become notes of «Notes & Attachments», or of the enhanced kind if the settings say so.
    """

    name = ORIGIN
    title = "Salesforce"
    takes = frozenset({NotePush.kind})
    about = frozenset({"customer"})
    keyless = frozenset({NotePush.kind})
    contact_roles: tuple[str, ...] = ()

    def __init__(
        self, settings: SalesforceSettings, client: SalesforceClient, account: Callable[[], Awaitable[str]]
    ) -> None:
        self._settings, self._client, self._account = settings, client, account

    @property
    def at_once(self) -> int:
        """As many as there are threads for requests."""
        return self._settings.concurrency

    async def account(self) -> str:
        """The id of the organisation. Raises SourceError."""
        return await self._account()

    async def push(self, item: PushItem) -> str:
        """Store a note; its id."""
        note = _note(item)
        if self._settings.note_kind == "note":
            return await self._create("Note", ParentId=note.about_source_id, Title=title_of(note), Body=body_of(note))
        return await self._content_note(note)

    async def find(self, item: PushItem) -> str | None:
        """The id of the note whose title ends with its mark; of an enhanced one, once it is on an account.

        The customer may have become another account since the note was sent: it stays with the one that it was.
        """
        note = _note(item)
        if self._settings.note_kind == "note":
            return await self._marked("Note", note)
        found = await self._marked("ContentNote", note)
        return found if found and await is_on_account(self._client, found) else None

    async def close(self) -> None:
        """The source closes the client that both use."""

    async def _content_note(self, note: NotePush) -> str:
        """Two records, of which an attempt before this one may have left the first."""
        note_id = await self._marked("ContentNote", note)
        if note_id is None:
            note_id = await self._create("ContentNote", Title=title_of(note), Content=content_of(note))
        if not await is_on_account(self._client, note_id):
            await self._create(
                "ContentDocumentLink",
                ContentDocumentId=note_id,
                LinkedEntityId=note.about_source_id,
                ShareType="V",
                Visibility="AllUsers",
            )
        return note_id

    async def _marked(self, name: str, note: NotePush) -> str | None:
        since = Condition(field="CreatedDate", is_=">=", value=note.written_at - _CLOCKS_DIFFER)
        where = (since, Like(field="Title", text=mark_of(note), is_end=True))
        query = Query(fields=("Id",), source=name, where=where, order=("CreatedDate", "Id"), limit=1)
        rows = (await self._client.query(query, urgent=True)).rows
        return str(rows[0]["Id"]) if rows else None

    async def _create(self, name: str, **values: Any) -> str:
        try:
            answer = await self._client.send("POST", f"sobjects/{name}", values)
        except SourceError as error:
            raise _write_error(error) from None
        created = answer.body.get("id") if isinstance(answer.body, dict) else None
        if not created:
            raise UnknownOutcomeError("Salesforce did not say under which id the note was saved")
        return str(created)


def _note(item: PushItem) -> NotePush:
    if not isinstance(item, NotePush):
        raise RejectedError(f"Salesforce takes no {item.kind} from here")
    return item


def _write_error(error: SourceError) -> SourceError:
    """What an error means for what was to be written: unless it surely was not, it may have been."""
    if isinstance(error, _NOT_STORED):
        return error
    # A plain SourceError is that we stopped while it was under way.
    if isinstance(error, RetryError) or type(error) is SourceError:
        return UnknownOutcomeError(error.detail)
    return error
