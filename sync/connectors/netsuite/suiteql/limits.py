"""How many requests at a time the account leaves us, as its REST services tell an administrator."""

from collections.abc import Mapping
from typing import Any

import structlog

from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.errors import RetryError, SourceError

_OWN = "integrationSpecific"

_log = structlog.get_logger(__name__)


async def keep_to_limit(rest: SuiteQLClient, slots: Slots) -> bool:
    """Use no more slots than the account leaves; whether that needs no further look.

    What may not be asked, or has no answer, leaves the setting as it is: a busy account says so by itself.
    """
    try:
        told = await rest.system("governanceLimits")
    except RetryError:
        return False
    except SourceError as error:
        _log.info("netsuite.limit", error=str(error))
        return True
    limit = left_to_us(told)
    if limit is not None:
        slots.keep_to(limit)
    return True


def left_to_us(told: Mapping[str, Any]) -> int | None:
    """Our integration's own limit, else what no integration has to itself; at least 1, None when nothing is told."""
    own = _number(told, "integrationConcurrencyLimit")
    if told.get("integrationLimitType") == _OWN and own is not None:
        return max(1, own)
    shared = _number(told, "accountUnallocatedConcurrencyLimit")
    limit = _number(told, "accountConcurrencyLimit") if shared is None else shared
    return None if limit is None else max(1, limit)


def _number(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
