"""A SuiteTalk SOAP service on loopback, over the seeded ledger: it pages for real and refuses like the real one."""

from sandbox.netsuite.auth import Credentials, signature
from sandbox.netsuite.errors import SoapFaultError
from sandbox.netsuite.faults import Faults
from sandbox.netsuite.logged import Logged
from sandbox.netsuite.server import DEFAULT_CREDENTIALS, NetSuiteStandIn

__all__ = ["DEFAULT_CREDENTIALS", "Credentials", "Faults", "Logged", "NetSuiteStandIn", "SoapFaultError", "signature"]
