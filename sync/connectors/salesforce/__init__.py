"""Salesforce over its REST service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sync.connector import Source
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.source import SalesforceSource
from sync.connectors.salesforce.target import SalesforceTarget

_PREFIX = "SALESFORCE_"


def build(environment: Mapping[str, str], rules: Mapping[str, Any], folder: Path) -> SalesforceSource | None:
    """The organisation that is set up; None when nothing of Salesforce is set. Raises SettingsError for half of it."""
    del folder
    if not any(name.startswith(_PREFIX) and value for name, value in environment.items()):
        return None
    return SalesforceSource(SalesforceSettings.from_mapping(environment, rules))


def target_of(source: Source) -> SalesforceTarget | None:
    """What is pushed to the organisation of this source; None when it is another system's."""
    return source.target() if isinstance(source, SalesforceSource) else None


__all__ = ["SalesforceSettings", "SalesforceSource", "build", "target_of"]
