"""Accounts that are read by SuiteQL: customers and invoices alone, or all that can be, without a token for SOAP."""

from typing import Any

from sandbox.netsuite import Credentials
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSettings
from tests.sync.netsuite.bench import NetSuiteBench

STREAMS = ("customers", "invoices")


class SuiteQLBench(NetSuiteBench):
    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **({"suiteql": STREAMS} | how))

    def open(self) -> None:
        super().open()
        self.secrets = (*self.secrets, self.server.client.private_key_pem)

    def settings(self, credentials: Credentials) -> NetSuiteSettings:
        client = self.server.client
        certificate = {
            "NETSUITE_CLIENT_ID": client.client_id,
            "NETSUITE_CERTIFICATE_ID": client.certificate_id,
            "NETSUITE_PRIVATE_KEY": client.private_key_pem,
        }
        self.env = certificate | self.env
        return super().settings(credentials)


class TokenlessBench(SuiteQLBench):
    """There is no token: SOAP cannot be used at all."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **({"suiteql": (), "invoice_files": False} | how))

    def settings(self, credentials: Credentials) -> NetSuiteSettings:
        blank = dict.fromkeys(
            ("NETSUITE_CONSUMER_KEY", "NETSUITE_CONSUMER_SECRET", "NETSUITE_TOKEN_ID", "NETSUITE_TOKEN_SECRET"), ""
        )
        self.env = blank | self.env
        return super().settings(credentials)

    def source_with_wrong_credentials(self) -> Source:
        known = self.env
        self.env = known | {"NETSUITE_CERTIFICATE_ID": "another"}
        try:
            return self._source(self.server.credentials)
        finally:
            self.env = known
