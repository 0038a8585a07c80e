"""Salesforce over its REST service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.source import SalesforceSource

_PREFIX = "SALESFORCE_"


def build(environment: Mapping[str, str], rules: Mapping[str, Any], folder: Path) -> SalesforceSource | None:
    """The organisation that is set up; None when nothing of Salesforce is set. Raises SettingsError for half of it."""
    del folder
    if not any(name.startswith(_PREFIX) and value for name, value in environment.items()):
        return None
    return SalesforceSource(SalesforceSettings.from_mapping(environment, rules))


__all__ = ["SalesforceSettings", "SalesforceSource", "build"]
