"""NetSuite over SuiteTalk (SOAP) with token-based authentication, and by SuiteQL with OAuth 2.0."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sync.connector import Source
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.source import NetSuiteSource
from sync.connectors.netsuite.target import NetSuiteTarget
from sync.connectors.netsuite.wsdl import download_wsdl, wsdl_path

_PREFIX = "NETSUITE_"


def build(environment: Mapping[str, str], rules: Mapping[str, Any], folder: Path) -> NetSuiteSource | None:
    """The account that is set up; None when nothing of NetSuite is set. Raises SettingsError for half of it."""
    if not any(name.startswith(_PREFIX) and value for name, value in environment.items()):
        return None
    return NetSuiteSource(NetSuiteSettings.from_mapping(environment, rules), folder)


def target_of(source: Source) -> NetSuiteTarget | None:
    """What is pushed to the account of this source; None when it is another system's, or nothing can be."""
    return source.target() if isinstance(source, NetSuiteSource) and not source.is_read_only else None


def connect(
    environment: Mapping[str, str],
    rules: Mapping[str, Any],
    folder: Path,
    progress: Callable[[int, int], None] = lambda _done, _known: None,
) -> str:
    """Download the account's WSDL and schemas, unless a local file is set; say where they are. Blocks.

    Raises SettingsError and SourceError.
    """
    settings = NetSuiteSettings.from_mapping(environment, rules)
    if not settings.has_tokens:
        return "No WSDL is needed: everything is read by SuiteQL."
    if settings.wsdl_file is not None:
        return f"The WSDL is the file {settings.wsdl_file}."
    return f"The WSDL and its schemas are in {download_wsdl(settings, folder, progress).parent}."


__all__ = [
    "NetSuiteSettings",
    "NetSuiteSource",
    "NetSuiteTarget",
    "build",
    "connect",
    "download_wsdl",
    "target_of",
    "wsdl_path",
]
