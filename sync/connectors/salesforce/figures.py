"""Figures into fields of accounts, by sObject Collections: up to 200 records in a request, each with its own outcome.

developer.salesforce.com, REST API Developer Guide, «Update Multiple Records with Fewer Round-Trips».
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, TypeAlias

from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.faults import GoneError, UndoneError, code_error
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.errors import SourceError, UnreadableAnswerError
from sync.patience import patiently

_AT_ONCE = 200

_Item: TypeAlias = tuple[str, Mapping[str, Decimal | None]]


async def write_figures(
    client: SalesforceClient, settings: SalesforceSettings, items: Sequence[_Item]
) -> tuple[str, ...]:
    """Why each account did not take its values, «» for those that did. Raises SourceError.

    Of one that somebody else holds it is tried again a few times; the same values written twice do no harm.
    """
    failures: list[str] = []
    for start in range(0, len(items), _AT_ONCE):
        failures += await _write(client, settings, items[start : start + _AT_ONCE])
    return tuple(failures)


async def _write(client: SalesforceClient, settings: SalesforceSettings, items: Sequence[_Item]) -> list[str]:
    left, failures = list(range(len(items))), [""] * len(items)

    async def once() -> None:
        errors = await _outcomes(client, [items[place] for place in left])
        for place, error in zip(left, errors, strict=True):
            failures[place] = "" if error is None or isinstance(error, GoneError) else error.detail
        left[:] = [place for place, error in zip(left, errors, strict=True) if isinstance(error, UndoneError)]
        if left:
            raise UndoneError

    # Whoever still holds some of them has had time enough.
    with suppress(UndoneError):
        await patiently(settings, once)
    return failures


async def _outcomes(client: SalesforceClient, items: Sequence[_Item]) -> list[SourceError | None]:
    """One request, and what became of each of its records."""
    records = [{"attributes": {"type": "Account"}, "id": account, **values} for account, values in items]
    answer = await client.send("PATCH", "composite/sobjects", {"allOrNone": False, "records": records}, urgent=False)
    if not isinstance(answer.body, list) or len(answer.body) != len(items):
        raise UnreadableAnswerError("the outcome is not told of every record")
    return [_error_of(each) for each in answer.body]


def _error_of(outcome: Any) -> SourceError | None:
    if not isinstance(outcome, dict):
        raise UnreadableAnswerError("an outcome that is no object")
    if outcome.get("success"):
        return None
    first = next((each for each in outcome.get("errors") or () if isinstance(each, dict)), {})
    return code_error(str(first.get("statusCode") or "UNKNOWN"), str(first.get("message") or ""))
