"""How many requests at a time the account leaves us: the setting is a wish, this is what there is."""

import structlog

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.pages import Heading, Tree
from sync.connectors.netsuite.request import GetAccountLimit, GetIntegrationLimit
from sync.errors import RetryError, SourceError

_OWN = "_integrationSpecific"

_log = structlog.get_logger(__name__)


async def keep_to_limit(client: SuiteTalkClient) -> bool:
    """Use no more slots than the account leaves; whether that needs no further look.

    What may not be asked, or has no answer, leaves the setting as it is. Asked once each, without patience: this must
    not hold up what somebody wants to know.
    """
    try:
        account = await client.once(GetAccountLimit(), _nothing)
        ours = await client.once(GetIntegrationLimit(), _nothing)
    except RetryError:
        return False
    except SourceError as error:
        _log.info("netsuite.limit", error=str(error))
        return True
    limit = left_to_us(account.heading, ours.heading)
    if limit is not None:
        client.slots.keep_to(limit)
    return True


def left_to_us(account: Heading, integration: Heading) -> int | None:
    """Our integration's own limit, else what no integration has to itself; at least 1, None when nothing is told."""
    if integration.limit_type == _OWN and integration.integration_limit is not None:
        return max(1, integration.integration_limit)
    shared = account.account_limit if account.unallocated_limit is None else account.unallocated_limit
    return None if shared is None else max(1, shared)


def _nothing(_tree: Tree) -> None:
    return None
