"""Salesforce's REST API on loopback, over the ledger's debtors under other names: strict where Salesforce is."""

from sandbox.salesforce.auth.assertion import GrantError
from sandbox.salesforce.auth.credentials import Credentials, default_credentials
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.logged import Logged
from sandbox.salesforce.org import Org
from sandbox.salesforce.server import SalesforceStandIn

__all__ = [
    "ApiError",
    "Credentials",
    "Faults",
    "GrantError",
    "Logged",
    "Org",
    "SalesforceStandIn",
    "default_credentials",
]
