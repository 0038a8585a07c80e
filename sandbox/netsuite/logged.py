"""What is kept of each request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """One request as it came: `operation` is SOAP's own, or «restlet», «suiteql» or «token».

    `outcome` is «ok», the code of a fault or an error, or the kind of a fault on demand.
    """

    at: datetime
    operation: str
    headers: dict[str, str]
    body: bytes
    outcome: str
