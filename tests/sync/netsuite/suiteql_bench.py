"""An account whose customers and invoices are read by SuiteQL."""

from typing import Any

from sandbox.netsuite import Credentials
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
