"""What `tesorio doctor` looks at in a NetSuite account: one finding per thing that can be wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.connector import Finding
from sync.connectors.netsuite.asking import plan_of, request_at
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.currencies import read_currencies
from sync.connectors.netsuite.limits import keep_to_limit
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.position import first_position
from sync.connectors.netsuite.request import GetServerTime
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.streams import STREAMS, Stream
from sync.connectors.netsuite.values import UnreadableFieldError, instant
from sync.errors import NotPermittedError, ReauthoriseError, SourceError

# A passport whose timestamp is further off is refused.
_MOST_SKEW = timedelta(minutes=5)
_SAMPLE = 5
_REMEDIES: Mapping[type[Exception], str] = {
    ReauthoriseError: "Make a new access token in NetSuite and put its id and secret into the settings.",
    NotPermittedError: "Give the token's role this permission, and access to all subsidiaries.",
}
_PERMISSION = "Give the token's role the permission {}, and access to all subsidiaries."
_OTHER_REMEDY = "Try again in a few minutes; if it stays, look at the detail."


async def findings(
    client: SuiteTalkClient,
    settings: NetSuiteSettings,
    wsdl: Path,
    *,
    now: datetime,
) -> tuple[Finding, ...]:
    """Every check that can still tell something: without schemas or login the later ones would only repeat it."""
    found = [_wsdl_finding(wsdl, settings)]
    if found[-1].ok:
        found.append(await _login_finding(client, now))
    if not found[-1].ok:
        return tuple(found)
    found.append(await _limit_finding(client, settings))
    found.append(await _currency_finding(client, settings))
    for name, stream in STREAMS.items():
        found.append(await _stream_finding(client, settings, name, stream, now))
    return tuple(found)


def _wsdl_finding(wsdl: Path, settings: NetSuiteSettings) -> Finding:
    remedy = "Run `tesorio connect netsuite`."
    name = f"WSDL {settings.endpoint_version}"
    if wsdl.is_file():
        return Finding(check=name, ok=True, detail=str(wsdl))
    return Finding(check=name, ok=False, detail=f"«{wsdl}» is not there", remedy=remedy)


async def _login_finding(client: SuiteTalkClient, now: datetime) -> Finding:
    try:
        answer = await client.call(GetServerTime(), lambda tree: tree)
        theirs = instant({"serverTime": answer.heading.server_time}, "serverTime")
    except (SourceError, UnreadableFieldError) as error:
        return _failed("login", error)
    skew = abs(theirs - now) if theirs is not None else timedelta()
    detail = f"accepted; the clocks differ by {skew.total_seconds():.0f} s"
    if skew > _MOST_SKEW:
        return Finding(check="login", ok=False, detail=detail, remedy="Set this machine's clock by NTP.")
    return Finding(check="login", ok=True, detail=detail)


async def _limit_finding(client: SuiteTalkClient, settings: NetSuiteSettings) -> Finding:
    await keep_to_limit(client)
    used, wished = client.slots.limit, settings.concurrency
    detail = f"{used} at a time" if used == wished else f"{used} at a time, as the account leaves no {wished}"
    return Finding(check="requests", ok=True, detail=detail)


async def _currency_finding(client: SuiteTalkClient, settings: NetSuiteSettings) -> Finding:
    try:
        currencies = await read_currencies(client, default=settings.currency)
    except SourceError as error:
        return _failed("currencies", error)
    names = sorted({*currencies.codes.values(), *filter(None, [currencies.default])})
    if not names:
        return Finding(check="currencies", ok=False, detail="none is listed", remedy="Set [netsuite] currency.")
    return Finding(check="currencies", ok=True, detail=", ".join(names))


async def _stream_finding(
    client: SuiteTalkClient, settings: NetSuiteSettings, name: str, stream: Stream, now: datetime
) -> Finding:
    sample = settings.model_copy(update={"page_size": _SAMPLE})
    request = request_at(stream, first_position(now, replace(plan_of(stream, settings), has_open=False)), sample)
    try:
        answer = await client.call(request, lambda tree: tree)
    except NotPermittedError as error:
        return Finding(check=name, ok=False, detail=str(error), remedy=_PERMISSION.format(stream.permission))
    except SourceError as error:
        return _failed(name, error)
    if any(_is_off_midnight(record, settings.zone) for record in answer.records):
        return Finding(
            check=name,
            ok=False,
            detail=f"dates do not fall on midnight in {settings.timezone}, so due dates may be off by one day",
            remedy="Set NETSUITE_TIMEZONE to the zone in the preferences of the token's user.",
        )
    return Finding(check=name, ok=True, detail=f"{answer.heading.total_records or 0} records")


def _is_off_midnight(record: Tree, zone: ZoneInfo) -> bool:
    try:
        moment = instant(record, "tranDate")
    except UnreadableFieldError:
        return False
    return moment is not None and moment.astimezone(zone).time() != datetime.min.time()


def _failed(check: str, error: Exception) -> Finding:
    return Finding(check=check, ok=False, detail=str(error), remedy=_REMEDIES.get(type(error), _OTHER_REMEDY))
