"""What is kept of each request."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """One request as it came: `operation` is the name of its route in rest/routes.py, or «token», or «soap_login».

    `outcome` is «ok», the code of an error, or the kind of a fault on demand.
    """

    at: datetime
    operation: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    outcome: str
