"""NetSuite as a system that notes, contacts and messages are pushed to, over SuiteTalk."""

import structlog

from sync.connector import ContactPush, MessagePush, NotePush, PushItem
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.drafts import (
    attachment,
    contact_write,
    detachment,
    external_id,
    message_write,
    note_call,
    note_write,
    role_id_of,
    storable,
)
from sync.connectors.netsuite.faults import DuplicateError, GoneError
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.restlet import RestletClient
from sync.connectors.netsuite.sent_messages import find_message
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.writes import GetByKey
from sync.errors import NotPermittedError, RejectedError, UnknownOutcomeError

_log = structlog.get_logger(__name__)

_NO_ID = "it was saved, and NetSuite did not say under which id"


class NetSuiteTarget:
    """What is pushed to one account. The clients are those of its source, whose end closes them.

    Where the account has our script, notes go by it.
    """

    name = "netsuite"
    title = "NetSuite"
    takes = frozenset({NotePush.kind, ContactPush.kind, MessagePush.kind})
    about = frozenset({"customer", "invoice"})
    keyless = frozenset({MessagePush.kind})

    def __init__(
        self, settings: NetSuiteSettings, client: SuiteTalkClient, restlet: RestletClient | None = None
    ) -> None:
        self._settings, self._client, self._restlet = settings, client, restlet

    @property
    def contact_roles(self) -> tuple[str, ...]:
        """Those whose internal ids the settings have."""
        return tuple(self._settings.contact_roles)

    @property
    def at_once(self) -> int:
        """As many as may be under way at all: the client makes pushes and reading take turns."""
        return self._settings.concurrency

    async def account(self) -> str:
        """The account id, upper case with underscores: 1234567_SB1."""
        return self._settings.account_id

    async def push(self, item: PushItem) -> str:
        """Store it; the internal id. Notes and contacts may be pushed again, as they go by an id."""
        item = storable(item)
        match item:
            case NotePush():
                return await self._note(item)
            case ContactPush():
                return await self._contact(item)
            case MessagePush():
                return await self._message(item)

    async def find(self, item: PushItem) -> str | None:
        """The internal id, by our external id. A contact that has its own, or a role, may as well be pushed again."""
        item = storable(item)
        match item:
            case NotePush():
                return await self._by_key("note", item.key)
            case ContactPush():
                is_done_at_once = not item.source_id and role_id_of(item, self._settings.role_ids) is None
                return await self._by_key("contact", item.key) if is_done_at_once else None
            case MessagePush():
                return await find_message(self._client, item, self._settings.external_id_prefix)

    async def close(self) -> None:
        """The source closes the client that both use."""

    async def _note(self, item: NotePush) -> str:
        prefix = self._settings.external_id_prefix
        if self._restlet is not None:
            answer = await self._restlet.post(note_call(item, prefix, self._settings.zone))
            return _told(str(answer.get("id") or ""))
        written = await self._client.write(note_write(item, prefix))
        return written or _told(await self._by_key("note", item.key))

    async def _contact(self, item: ContactPush) -> str:
        role_id = role_id_of(item, self._settings.role_ids)
        write = contact_write(item, self._settings.external_id_prefix)
        written = await self._client.write(write)
        contact_id = item.source_id or written or _told(await self._by_key("contact", item.key))
        if role_id is not None:
            await self._attach(item, contact_id, role_id)
        elif item.loses_role and item.source_id:
            await self._detach(item)
            # That may have taken its company, which was not refused a moment ago.
            await self._client.write(write)
            await self._attach(item, contact_id, None)
        return contact_id

    async def _detach(self, item: ContactPush) -> None:
        try:
            await self._client.write(detachment(item))
        except RejectedError as error:
            # An attempt before this one may have done it; it must not stay off its customer.
            _log.info("netsuite.detached", contact=item.source_id, error=error.detail)

    async def _attach(self, item: ContactPush, contact_id: str, role_id: str | None) -> None:
        try:
            await self._client.write(attachment(item, contact_id, role_id))
        except (NotPermittedError, RejectedError) as error:
            refused = NotPermittedError if isinstance(error, NotPermittedError) else RejectedError
            raise refused(f"the contact was saved, but not its role: {error.detail}") from None

    async def _message(self, item: MessagePush) -> str:
        settings = self._settings
        write = message_write(item, settings.external_id_prefix, with_key=settings.message_keys)
        try:
            written = await self._client.write(write)
        except DuplicateError:
            if not settings.message_keys:
                raise
            # An attempt before this one was stored after all; maybe with a subject or date that a search misses.
            found = await self.find(item) or await self._by_key("message", item.key)
            if found is None:
                raise
            return found
        return written or _told(await self.find(item))

    async def _by_key(self, record_type: str, key: str) -> str | None:
        request = GetByKey(record_type=record_type, external_id=external_id(key, self._settings.external_id_prefix))
        try:
            answer = await self._client.once(request, source_id_of)
        except GoneError:
            return None
        return next(iter(answer.records), None)


def _told(found: str | None) -> str:
    if not found:
        raise UnknownOutcomeError(_NO_ID)
    return found
