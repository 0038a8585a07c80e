"""One signed request posted to SuiteTalk and its answer read, in whichever process: that needs no credentials."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Generic, TypeVar

import requests

from sync.connectors.netsuite.faults import http_error
from sync.connectors.netsuite.pages import Heading, Tree, read_answer
from sync.connectors.netsuite.settings import PAGE_REMEDY
from sync.errors import SourceError, UnreadableAnswerError
from sync.http import BoundedBody, connection_error, ended_by, shutting_down

_T = TypeVar("_T")

_OK = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Generic[_T]):
    """What a request brought: the heading, and each record as `take` made it, in order."""

    heading: Heading
    records: tuple[_T, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Post(Generic[_T]):
    """A request as it goes out, how long and how large its answer may be, and what is to be made of it.

    Good for one attempt, as its passport is. `version` is the endpoint's; `unless_set` is `sync.http.new_session`'s.
    """

    address: str
    operation: str
    envelope: bytes = field(repr=False)
    version: str
    take: Callable[[Tree], _T]
    most_bytes: int
    connect_timeout_seconds: float
    read_timeout_seconds: float
    total_timeout_seconds: float
    unless_set: str = ""


def answered(post: Post[_T], session: requests.Session, closing: Event) -> Answer[_T]:
    """Post it and read all of the answer. Raises SourceError."""
    records: list[_T] = []
    heading = exchanged(post, session, closing, records.append)
    return Answer(heading=heading, records=tuple(records))


def exchanged(post: Post[_T], session: requests.Session, closing: Event, keep: Callable[[_T], None]) -> Heading:
    """Post it and read the answer; each record goes to `keep` as soon as it has arrived. Raises SourceError.

    After an error what was kept is part of an answer only, and of no use.
    """
    deadline = time.monotonic() + post.total_timeout_seconds
    with ended_by(session, deadline), _posted(post, session, closing) as response:
        body = BoundedBody(response, most_bytes=post.most_bytes, deadline=deadline, closing=closing, remedy=PAGE_REMEDY)
        if response.status_code != _OK and "xml" not in response.headers.get("Content-Type", "").lower():
            raise _refusal(response)
        try:
            return read_answer(body, post.version, lambda tree: keep(post.take(tree)))
        except UnreadableAnswerError:
            if closing.is_set():
                raise shutting_down() from None
            if response.status_code != _OK:
                raise _refusal(response) from None
            raise


def _posted(post: Post[_T], session: requests.Session, closing: Event) -> requests.Response:
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{post.operation}"'}
    try:
        return session.post(
            post.address,
            data=post.envelope,
            headers=headers,
            timeout=(post.connect_timeout_seconds, post.read_timeout_seconds),
            allow_redirects=False,
            stream=True,
        )
    except requests.RequestException as error:
        if closing.is_set():
            raise shutting_down() from None
        raise connection_error(error, post.address) from None


def _refusal(response: requests.Response) -> SourceError:
    headers = response.headers
    return http_error(
        response.status_code, location=headers.get("Location", ""), retry_after=headers.get("Retry-After", "")
    )
