"""What the fields of an object are, as far as our user sees them: asked once, and then only whether it has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from sync.connectors.salesforce.client import Answer, SalesforceClient
from sync.connectors.salesforce.faults import GoneError
from sync.errors import NotPermittedError, UnreadableAnswerError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field of an object. `relationship` is the name by which a query reaches what a reference points at."""

    name: str
    label: str
    type: str
    is_custom: bool = False
    is_filterable: bool = True
    is_updateable: bool = True
    is_external_id: bool = False
    is_unique: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """An object. `fields` by their names; `may_create` says whether our user may make records of it."""

    name: str
    fields: Mapping[str, Field]
    may_create: bool = False

    def seen(self, *names: str) -> tuple[str, ...]:
        """Those of the fields that there are."""
        return tuple(name for name in names if name in self.fields)

    @property
    def custom(self) -> tuple[Field, ...]:
        """The fields that an administrator made, by name."""
        return tuple(self.fields[name] for name in sorted(self.fields) if self.fields[name].is_custom)


class Descriptions:
    """The objects of one organisation. Methods may raise SourceError: NotPermittedError for one that is hidden."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._known: dict[str, tuple[str, Description]] = {}
        self.at: datetime | None = None

    def ceiling(self, now: datetime) -> datetime:
        """Up to when is read, in whole seconds: by Salesforce's clock or by ours, whichever is behind."""
        told = now if self.at is None else min(self.at, now)
        return told.replace(microsecond=0)

    async def of(self, name: str, *, anew: bool = False, urgent: bool = False) -> Description:
        """The object as it is now. `at` then is when that was, by Salesforce's clock."""
        stamp, known = self._known.get(name, ("", None))
        since = {"If-Modified-Since": stamp} if stamp and not anew else {}
        try:
            answer = await self._client.get(f"sobjects/{name}/describe", headers=since, urgent=urgent)
        except GoneError as error:
            raise NotPermittedError(f"{name}: {error.detail}") from None
        self.at = answer.at or self.at
        if answer.body is None and known is not None:
            return known
        found = _description(name, answer)
        self._known[name] = (answer.headers.get("last-modified", ""), found)
        return found

    async def if_seen(self, name: str, *, anew: bool = False) -> Description:
        """The object, without fields where it is hidden from us."""
        try:
            return await self.of(name, anew=anew)
        except NotPermittedError as error:
            _log.info("salesforce.hidden", object=name, error=str(error))
            return Description(name=name, fields={})


def _description(name: str, answer: Answer) -> Description:
    body = answer.body
    if not isinstance(body, dict) or not isinstance(body.get("fields"), list):
        raise UnreadableAnswerError(f"the answer describes no {name}")
    fields = (_field(each) for each in body["fields"] if isinstance(each, dict) and each.get("name"))
    return Description(
        name=name, fields={field.name: field for field in fields}, may_create=body.get("createable") is True
    )


def _field(told: Mapping[str, Any]) -> Field:
    return Field(
        name=str(told["name"]),
        label=str(told.get("label") or told["name"]),
        type=str(told.get("type") or ""),
        is_custom=told.get("custom") is True,
        is_filterable=told.get("filterable") is True,
        is_updateable=told.get("updateable") is True,
        is_external_id=told.get("externalId") is True,
        is_unique=told.get("unique") is True,
        reference_to=tuple(map(str, told.get("referenceTo") or ())),
        relationship=str(told.get("relationshipName") or ""),
    )
