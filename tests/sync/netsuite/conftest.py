from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.netsuite import NetSuiteSettings, download_wsdl
from sync.connectors.netsuite.client import SuiteTalkClient
from tests.sync.netsuite.wire import Wire, serving

SECRETS = {
    "NETSUITE_CONSUMER_KEY": "ck-secret",
    "NETSUITE_CONSUMER_SECRET": "cs-secret",
    "NETSUITE_TOKEN_ID": "ti-secret",
    "NETSUITE_TOKEN_SECRET": "ts-secret",
}
NO_WAITS = {"retry_wait_seconds": 0, "retry_wait_max_seconds": 0}

MakeSettings = Callable[..., NetSuiteSettings]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as running:
        yield running


@pytest.fixture
def make_settings(wire: Wire) -> MakeSettings:
    def make(**rules: Any) -> NetSuiteSettings:
        env = SECRETS | {"NETSUITE_ACCOUNT_ID": "TSTDRV1", "NETSUITE_SOAP_URL": f"{wire.url}/services"}
        return NetSuiteSettings.from_mapping(env, NO_WAITS | rules)

    return make


@pytest.fixture
def folder(wire: Wire, make_settings: MakeSettings, tmp_path: Path) -> Path:
    """A data folder that holds the downloaded WSDL."""
    download_wsdl(make_settings(), tmp_path)
    wire.fetched.clear()
    return tmp_path


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A downloaded WSDL; it names no address that is used, so one serves all tests."""
    with serving() as running:
        env = SECRETS | {"NETSUITE_ACCOUNT_ID": "TSTDRV1", "NETSUITE_SOAP_URL": f"{running.url}/services"}
        return download_wsdl(NetSuiteSettings.from_mapping(env, {}), tmp_path_factory.mktemp("data"))


@pytest.fixture
async def make_client(schemas: Path, make_settings: MakeSettings) -> AsyncIterator[Callable[..., SuiteTalkClient]]:
    made: list[SuiteTalkClient] = []

    def make(**rules: Any) -> SuiteTalkClient:
        made.append(SuiteTalkClient(make_settings(**rules), schemas, unix_time=lambda: 1_800_000_000.5))
        return made[-1]

    yield make
    for client in made:
        await client.close()
