"""NetSuite over SuiteTalk (SOAP) with token-based authentication."""

from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.source import NetSuiteSource
from sync.connectors.netsuite.wsdl import download_wsdl, wsdl_path

__all__ = ["NetSuiteSettings", "NetSuiteSource", "download_wsdl", "wsdl_path"]
