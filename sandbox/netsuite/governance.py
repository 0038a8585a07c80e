"""How many requests the account and the integration bear at a time, as the two operations tell it."""

from collections.abc import Iterator
from datetime import datetime

from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, status


def get_account_governance(_: Request, desk: Desk, __: datetime) -> Iterator[str]:
    yield (
        f"<platformCore:getAccountGovernanceInfoResult>{status()}"
        f"<platformCore:accountConcurrencyLimit>{desk.concurrency_limit}</platformCore:accountConcurrencyLimit>"
        "<platformCore:unallocatedConcurrencyLimit>"
        f"{desk.concurrency_limit - (desk.integration_limit or 0)}</platformCore:unallocatedConcurrencyLimit>"
        "</platformCore:getAccountGovernanceInfoResult>"
    )


def get_integration_governance(_: Request, desk: Desk, __: datetime) -> Iterator[str]:
    # An integration without a limit of its own shares the account's.
    limit, kind = desk.concurrency_limit, "_account"
    if desk.integration_limit is not None:
        limit, kind = desk.integration_limit, "_integrationSpecific"
    yield (
        f"<platformCore:getIntegrationGovernanceInfoResult>{status()}"
        f"<platformCore:integrationConcurrencyLimit>{limit}</platformCore:integrationConcurrencyLimit>"
        f"<platformCore:limitType>{kind}</platformCore:limitType></platformCore:getIntegrationGovernanceInfoResult>"
    )
