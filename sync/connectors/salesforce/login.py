"""Logging in, and in again when a session is over: once for each failure, and never more often than a few times."""

import warnings
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from threading import Lock
from typing import Any
from xml.parsers.expat import ExpatError

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from sync.connectors.salesforce.credentials import Certificate, Credentials, Password, Secret
from sync.connectors.salesforce.faults import login_refusal
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.errors import RetryError, SourceError, UnreadableAnswerError, UsedUpError

_MOST_LOGINS = 3
_WITHIN_SECONDS = 600.0
# The last version whose SOAP knows login().
_LAST_SOAP_VERSION = "64.0"


def log_in(settings: SalesforceSettings, session: requests.Session) -> Salesforce:
    """A fresh session's client, which never logs in by itself. Raises SourceError, RequestException."""
    arguments = _arguments(settings, settings.credentials)
    try:
        with warnings.catch_warnings():
            # The library warns of an app that is not approved yet, with its key; the error says so, too.
            warnings.simplefilter("ignore")
            token, host = SalesforceLogin(session=session, **arguments)
    except SalesforceAuthenticationFailed as error:
        raise login_refusal(error.code, error.auth_message) from None
    except (ExpatError, AttributeError, requests.exceptions.JSONDecodeError):
        raise UnreadableAnswerError("the answer to the login is none") from None
    if not token or not host:
        raise UnreadableAnswerError("the answer to the login has no session")
    return Salesforce(
        session_id=token,
        instance=host.rstrip("/"),
        session=session,
        version=settings.api_version,
        parse_float=Decimal,
        object_pairs_hook=dict,
    )


def _arguments(settings: SalesforceSettings, credentials: Credentials) -> dict[str, Any]:
    match credentials:
        case Secret():
            way = {"consumer_key": credentials.client_id, "consumer_secret": credentials.client_secret}
            return way | {"domain": settings.domain}
        case Certificate():
            # What is signed is for all organisations' common host, and posted to ours.
            way = {"consumer_key": credentials.client_id, "privatekey": credentials.private_key}
            return way | {
                "username": credentials.username,
                "domain": settings.audience,
                "instance_url": settings.domain,
            }
        case Password():
            version = min(settings.api_version, _LAST_SOAP_VERSION)
            way = {"password": credentials.password, "security_token": credentials.security_token}
            return way | {"username": credentials.username, "domain": settings.domain, "sf_version": version}


class Logins:
    """The session that is used now, shared by the worker threads. `log_in` makes a new one."""

    def __init__(self, make: Callable[[], Salesforce], unix_time: Callable[[], float]) -> None:
        self._make = make
        self._unix_time = unix_time
        self._lock = Lock()
        self._known: Salesforce | None = None
        self._made_at: deque[float] = deque(maxlen=_MOST_LOGINS)
        self._refusal: SourceError | None = None

    def current(self) -> Salesforce:
        """The session; logs in when there is none. Raises SourceError, RequestException."""
        with self._lock:
            if self._known is None:
                self._known = self._new()
            return self._known

    def renewed(self, ended: Salesforce) -> Salesforce:
        """Another session than this one, which another thread may have made meanwhile. Raises likewise."""
        with self._lock:
            if self._known is None or self._known is ended:
                self._known = None
                self._known = self._new()
            return self._known

    def _new(self) -> Salesforce:
        now = self._unix_time()
        if len(self._made_at) == _MOST_LOGINS and 0 <= now - self._made_at[0] < _WITHIN_SECONDS:
            raise self._refusal or UsedUpError(f"{_MOST_LOGINS} sessions ended within ten minutes; the next may wait")
        try:
            made = self._make()
        except (RetryError, requests.RequestException):
            raise
        except SourceError as error:
            self._made_at.append(now)
            self._refusal = error
            raise
        self._made_at.append(now)
        self._refusal = None
        return made
