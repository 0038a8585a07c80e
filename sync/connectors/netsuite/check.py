"""What `tesorio doctor` looks at in a NetSuite account: one finding per thing that can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.connector import Finding
from sync.connectors.netsuite.asking import plan_of, request_at
from sync.connectors.netsuite.check_dates import date_findings
from sync.connectors.netsuite.check_role import (
    hidden_types,
    marks_finding,
    missing,
    probe_finding,
    refused_stream,
    script_finding,
)
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.currencies import read_currencies
from sync.connectors.netsuite.limits import keep_to_limit
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.position import Position, first_position
from sync.connectors.netsuite.request import GetServerTime
from sync.connectors.netsuite.restlet import RestletClient
from sync.connectors.netsuite.role import CURRENCY, EXTRAS, FILES, PUSHES, SOAP, TOKENS, Probe
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import streams_of
from sync.connectors.netsuite.values import UnreadableFieldError, instant
from sync.errors import NotPermittedError, ReauthoriseError, SourceError

# A passport whose timestamp is further off is refused.
_MOST_SKEW = timedelta(minutes=5)
_SAMPLE = 5
# Each type of them needs a permission of its own, and none is needed: they are looked at besides.
_DEFINITIONS = "custom_field"
_REMEDIES: Mapping[type[Exception], str] = {
    ReauthoriseError: f"Set this machine's clock by NTP; compare NETSUITE_ACCOUNT_ID; give the token's role {TOKENS}; "
    "switch Token-Based Authentication on; or make a new access token in NetSuite and put its id and secret into the "
    "settings.",
    NotPermittedError: f"Give the token's role {SOAP}, and access to all subsidiaries.",
}
_NO_FEATURE = "Switch SOAP Web Services on: Setup > Company > Enable Features, tab SuiteCloud."
_OTHER_REMEDY = "Try again in a few minutes; if it stays, look at the detail."


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What is looked at, and at which instant. `script` is ours in the account, where it is set."""

    client: SuiteTalkClient
    settings: NetSuiteSettings
    wsdl: Path
    script: RestletClient | None
    now: datetime


async def findings(checked: Checked) -> tuple[Finding, ...]:
    """Every check that can still tell something: without schemas or login the later ones would only repeat it."""
    client, settings = checked.client, checked.settings
    found = [*date_findings(settings.endpoint_version, checked.now), _wsdl_finding(checked.wsdl, settings)]
    if not found[-1].ok:
        return tuple(found)
    found += await _login_findings(client, checked.now)
    if not found[-1].ok:
        return tuple(found)
    found.append(await _limit_finding(client, settings))
    found.append(await _currency_finding(client, settings))
    found += await _stream_findings(checked)
    found += [await probe_finding(client, probe) for probe in _probes(settings)]
    if checked.script is not None:
        found.append(await script_finding(checked.script, settings.account_id))
    return tuple(found)


def _probes(settings: NetSuiteSettings) -> tuple[Probe, ...]:
    """Pushes, and what is had besides: files are no extra where the settings ask for them."""
    return (
        *PUSHES,
        *(replace(one, without="") if one.permission == FILES and settings.invoice_files else one for one in EXTRAS),
    )


def _wsdl_finding(wsdl: Path, settings: NetSuiteSettings) -> Finding:
    remedy = "Run `tesorio connect netsuite`."
    name = f"WSDL {settings.endpoint_version}"
    if wsdl.is_file():
        return Finding(check=name, ok=True, detail=str(wsdl))
    return Finding(check=name, ok=False, detail=f"«{wsdl}» is not there", remedy=remedy)


async def _login_findings(client: SuiteTalkClient, now: datetime) -> list[Finding]:
    try:
        answer = await client.call(GetServerTime(), lambda tree: tree)
        theirs = instant({"serverTime": answer.heading.server_time}, "serverTime")
    except (SourceError, UnreadableFieldError) as error:
        return [_failed("login", error)]
    login = Finding(check="login", ok=True, detail="SOAP web services and token login accepted")
    return [login, _clock_finding(abs(theirs - now) if theirs is not None else timedelta())]


def _clock_finding(skew: timedelta) -> Finding:
    detail = f"the clocks differ by {skew.total_seconds():.0f} s"
    if skew > _MOST_SKEW:
        return Finding(check="clock", ok=False, detail=detail, remedy="Set this machine's clock by NTP.")
    return Finding(check="clock", ok=True, detail=detail)


async def _limit_finding(client: SuiteTalkClient, settings: NetSuiteSettings) -> Finding:
    await keep_to_limit(client)
    used, wished = client.slots.limit, settings.concurrency
    detail = f"{used} at a time" if used == wished else f"{used} at a time, as the account leaves no {wished}"
    return Finding(check="requests", ok=True, detail=detail)


async def _currency_finding(client: SuiteTalkClient, settings: NetSuiteSettings) -> Finding:
    try:
        currencies = await read_currencies(client, default=settings.currency)
    except NotPermittedError as error:
        remedy = f"Give the token's role the permission {CURRENCY}, or set [netsuite] currency."
        return Finding(check="currencies", ok=False, detail=str(error), remedy=remedy)
    except SourceError as error:
        return _failed("currencies", error)
    names = sorted({*currencies.codes.values(), *filter(None, [currencies.default])})
    if not names:
        return Finding(check="currencies", ok=False, detail="none is listed", remedy="Set [netsuite] currency.")
    return Finding(check="currencies", ok=True, detail=", ".join(names))


async def _stream_findings(checked: Checked) -> list[Finding]:
    """One finding per stream, and one for the zone in which the dates of their records are midnights."""
    found: list[Finding] = []
    sample: list[Tree] = []
    for name, stream in streams_of(checked.settings).items():
        if stream.kind == _DEFINITIONS or name in checked.settings.by_suiteql:
            continue
        finding, records = await _stream_finding(checked, name, stream)
        found.append(finding)
        if finding.ok and not stream.needs_marks:
            found.append(await marks_finding(checked.client, stream, _whole_span(checked, stream)))
        sample += records
    return [*found, _zone_finding(sample, checked.settings)]


async def _stream_finding(checked: Checked, name: str, stream: Stream) -> tuple[Finding, tuple[Tree, ...]]:
    client, settings = checked.client, checked.settings.model_copy(update={"page_size": _SAMPLE})
    request = request_at(stream, _whole_span(checked, stream), settings)
    try:
        hidden = await hidden_types(client, stream)
        answer = await client.call(request, lambda tree: tree)
    except NotPermittedError as error:
        return await refused_stream(client, name, stream, error), ()
    except SourceError as error:
        return _failed(name, error), ()
    if hidden:
        return missing(name, hidden, "NetSuite finds none of them, and says nothing of it"), ()
    return Finding(check=name, ok=True, detail=f"{answer.heading.total_records or 0} records"), answer.records


def _whole_span(checked: Checked, stream: Stream) -> Position:
    return first_position(checked.now, replace(plan_of(stream, checked.settings), has_open=False))


def _zone_finding(sample: list[Tree], settings: NetSuiteSettings) -> Finding:
    if not any(_is_off_midnight(record, settings.zone) for record in sample):
        return Finding(check="time zone", ok=True, detail=settings.timezone)
    return Finding(
        check="time zone",
        ok=False,
        detail=f"dates do not fall on midnight in {settings.timezone}, so due dates may be off by one day",
        remedy="Set NETSUITE_TIMEZONE to the zone in the preferences of the token's user.",
    )


def _is_off_midnight(record: Tree, zone: ZoneInfo) -> bool:
    try:
        moment = instant(record, "tranDate")
    except UnreadableFieldError:
        return False
    return moment is not None and moment.astimezone(zone).time() != datetime.min.time()


def _failed(check: str, error: Exception) -> Finding:
    is_feature = isinstance(error, NotPermittedError) and "FEATURE_REQD" in error.detail
    remedy = _NO_FEATURE if is_feature else _REMEDIES.get(type(error), _OTHER_REMEDY)
    return Finding(check=check, ok=False, detail=str(error), remedy=remedy)
