"""What the doctor says of Oracle's dates: whether the endpoint still answers, how long this way in is open. Pure."""

from datetime import datetime

from sync.connector import Finding
from sync.connectors.netsuite.lifecycle import (
    LAST_ENDPOINT,
    NO_NEW_TOKENS,
    SOAP_ENDS,
    TOKENS_END,
    Support,
    is_soap_over,
    last_release_of,
    release_at,
    support_of,
)

_BY_SUITEQL = "docs/netsuite.md says what is read by SuiteQL instead, without SOAP and its tokens"


def date_findings(endpoint: str, now: datetime) -> tuple[Finding, Finding]:
    """One finding for the endpoint, such as «2025_2», one for SOAP and tokens at all."""
    release = release_at(now.date())
    return _endpoint_finding(endpoint, release), _way_finding(release)


def _endpoint_finding(endpoint: str, release: str) -> Finding:
    check, support, last = f"endpoint {endpoint}", support_of(endpoint, release), last_release_of(endpoint)
    detail = f"{support} in NetSuite {release}" + (f"; answers up to {last}" if last else "")
    newest = f"set NETSUITE_ENDPOINT_VERSION={LAST_ENDPOINT} and run `tesorio connect netsuite`"
    if support is Support.SUPPORTED:
        return Finding(check=check, ok=True, detail=detail)
    if support is Support.REACHABLE:
        return Finding(check=check, ok=True, detail=f"{detail}: {newest}")
    return Finding(check=check, ok=False, detail=detail, remedy=f"{newest[:1].upper()}{newest[1:]}.")


def _way_finding(release: str) -> Finding:
    check = "SOAP and tokens"
    if is_soap_over(release):
        detail = f"Oracle has switched SOAP off with NetSuite {SOAP_ENDS}"
        return Finding(check=check, ok=False, detail=detail, remedy=f"Read on: {_BY_SUITEQL}.")
    detail = (
        f"work in NetSuite {release}. SOAP ends with {SOAP_ENDS}; from {NO_NEW_TOKENS} no new integration can use "
        f"tokens (TBA), and those that do may end at {TOKENS_END}; {_BY_SUITEQL}"
    )
    return Finding(check=check, ok=True, detail=detail)
