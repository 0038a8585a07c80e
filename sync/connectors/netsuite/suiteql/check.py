"""What the doctor says of the way by SuiteQL: whether a token is given, and what its role may not see."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sync.connector import Finding
from sync.connectors.netsuite.position import BEGINNING
from sync.connectors.netsuite.role import OAUTH2, PERMISSIONS, REST, TO_GET, WORKBOOK
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.suiteql.ask import Asker
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.company_tables import CUSTOM_FIELDS, DELETIONS
from sync.connectors.netsuite.suiteql.kinds import KINDS
from sync.connectors.netsuite.suiteql.refusals import TokenRefusedError
from sync.connectors.netsuite.suiteql.tables import Select
from sync.connectors.netsuite.values import UnreadableFieldError, instant
from sync.errors import NotPermittedError, ReauthoriseError, SourceError

_LATER = "Try again in a few minutes; if it stays, look at the detail."
_MAPPING = "Setup > Integration > Manage Authentication > OAuth 2.0 Client Credentials (M2M) Setup"
_FEATURE = "FEATURE"
# By the word with which OAuth 2.0 refuses.
_WORDS: Mapping[str, str] = {
    "invalid_client": f"Compare NETSUITE_CLIENT_ID, NETSUITE_CERTIFICATE_ID and NETSUITE_PRIVATE_KEY with {_MAPPING}: "
    "is the certificate there, still valid and not revoked, and is the key the one that it was made with?",
    "invalid_grant": f"Compare NETSUITE_CLIENT_ID with the integration in {_MAPPING}; give the role there {OAUTH2}; "
    "are user and role active? Set this machine's clock by NTP.",
    "invalid_scope": "Tick the scope REST Web Services in the integration record: Setup > Integration > Manage "
    "Integrations.",
    "unauthorized_client": "Enable the integration record and tick Client Credentials (Machine To Machine) Grant: "
    "Setup > Integration > Manage Integrations.",
    "invalid_request": "Take NETSUITE_REST_URL out, or correct it: a token is given by the account's own host only.",
}
_OTHER = f"Look at {_MAPPING}, and at Setup > Users/Roles > View Login Audit Trail."
_LOGIN = (
    f"The token was given and is not taken: give the certificate's role {REST} and {OAUTH2}, and look at Setup > "
    "Users/Roles > View Login Audit Trail."
)
_NO_FEATURE = (
    "Switch REST Web Services, SuiteAnalytics Workbook and OAuth 2.0 on: Setup > Company > Enable Features, tabs "
    "SuiteCloud and Analytics."
)
# An assertion whose times are further off is refused.
_MOST_SKEW = timedelta(minutes=5)
# The table is no more than a second source: which fields there are, the records' schemas say.
_WITHOUT_TYPES = "which fields hold e-mail addresses, schemas and [netsuite] email_fields tell alone then"
# A span in which nothing was deleted.
_NO_SPAN = {"since": BEGINNING, "until": BEGINNING}
_ONE = Select(table="currency", columns=("id",), where="id > :after")
# What is read by a table of its own kind of way.
_DEFINITIONS = "custom_field"
_TABLES: Mapping[str, Select] = {"deletion": DELETIONS, _DEFINITIONS: CUSTOM_FIELDS}


async def login_finding(ask: Asker) -> Finding:
    """Whether a token is given and taken; that its role may not see currencies is no matter here."""
    try:
        await ask.page(_ONE, {"after": 0}, limit=1)
    except SourceError as error:
        if not _is_hidden(error):
            return Finding(check="SuiteQL login", ok=False, detail=str(error), remedy=remedy_of(error))
    return Finding(check="SuiteQL login", ok=True, detail="a token is given to the certificate, and taken")


async def clock_finding(rest: SuiteQLClient, now: datetime) -> tuple[Finding, ...]:
    """How far this machine's clock is from NetSuite's; nothing where that does not tell the time."""
    try:
        theirs = instant(await rest.system("serverTime"), "serverTime")
    except (SourceError, UnreadableFieldError):
        return ()
    if theirs is None:
        return ()
    skew = abs(theirs - now)
    detail = f"the clocks differ by {skew.total_seconds():.0f} s"
    remedy = "" if skew <= _MOST_SKEW else "Set this machine's clock by NTP."
    return (Finding(check="SuiteQL clock", ok=not remedy, detail=detail, remedy=remedy),)


async def stream_finding(ask: Asker, name: str, stream: Stream) -> Finding:
    """Whether the role may read a stream's table, and every type of record that is in it."""
    check = f"{name} by SuiteQL"
    kind = KINDS.get(stream.kind)
    try:
        found = await ask.page(_probe(stream), {"after": 0, **_NO_SPAN}, limit=1)
        hidden = () if kind is None else await hidden_records(ask.rest, kind.records)
    except SourceError as error:
        if isinstance(error, NotPermittedError) and stream.kind == _DEFINITIONS:
            return Finding(check=check, ok=True, detail=f"the role lacks {stream.permission}: {_WITHOUT_TYPES}")
        return Finding(check=check, ok=False, detail=str(error), remedy=remedy_of(error, stream.permission))
    if hidden:
        detail = "a query finds none of them, and says nothing of it"
        return Finding(check=check, ok=False, detail=detail, remedy=_grant(" and ".join(hidden)))
    besides = f", which lacks {', '.join(sorted(found.lacking))}" if found.lacking else ""
    return Finding(check=check, ok=True, detail=f"the role of the certificate may read the table{besides}")


def soap_only_finding(names: Sequence[str]) -> Finding:
    """What is not read and not sent where no token for SOAP is set; nothing is wrong with that."""
    detail = f"{', '.join(names)} come by SOAP only, and so do the notes, contacts and e-mails that are sent: without "
    return Finding(check="SOAP", ok=True, detail=f"{detail}NETSUITE_TOKEN_ID and its like they are left out")


async def hidden_records(rest: SuiteQLClient, records: Sequence[str]) -> tuple[str, ...]:
    """The permissions that the role lacks to see records of these types. Raises SourceError."""
    return tuple([TO_GET[record] for record in records if not await _is_seen(rest, record)])


def remedy_of(error: SourceError, permission: str = "") -> str:
    """What to do about a refusal."""
    if isinstance(error, TokenRefusedError):
        return _WORDS.get(error.word, _OTHER)
    if _FEATURE in error.detail.upper():
        return _NO_FEATURE
    if isinstance(error, ReauthoriseError):
        return _LOGIN
    if isinstance(error, NotPermittedError):
        return _grant(permission)
    return _LATER


async def _is_seen(rest: SuiteQLClient, record: str) -> bool:
    try:
        # No record has it: what the role may not see is refused before that is looked at.
        await rest.is_there(record, "0")
    except NotPermittedError:
        return False
    return True


def _is_hidden(error: SourceError) -> bool:
    return isinstance(error, NotPermittedError) and "Record '" in error.detail


def _grant(permission: str) -> str:
    wanted = [permission, REST, OAUTH2, WORKBOOK] if permission else [REST, OAUTH2, WORKBOOK]
    told = (f"{each} ({PERMISSIONS[each]})" if each in PERMISSIONS else each for each in wanted)
    return f"Give the role of the certificate {', '.join(told)}, and access to all subsidiaries."


def _probe(stream: Stream) -> Select:
    kind = KINDS.get(stream.kind)
    if kind is None:
        return _TABLES[stream.kind]
    return Select(table=kind.table.name, columns=kind.table.columns, optional=kind.table.optional)
