from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.settings import SalesforceSettings
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.salesforce.wire import Wire, serving

SECRETS = ("cs-secret", "pw-secret", "st-secret")
ENV = {"SALESFORCE_DOMAIN": "acme.my", "SALESFORCE_CLIENT_ID": "ci", "SALESFORCE_CLIENT_SECRET": "cs-secret"}
NO_WAITS = {"retry_wait_seconds": 0, "retry_wait_max_seconds": 0}

MakeClient = Callable[..., SalesforceClient]


@pytest.fixture
async def bench() -> AsyncIterator[SalesforceBench]:
    async with salesforce_bench(customers=8) as bench:
        yield bench


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as running:
        yield running


@pytest.fixture
async def make_client(wire: Wire) -> AsyncIterator[MakeClient]:
    made: list[SalesforceClient] = []

    def make(env: dict[str, str] | None = None, unix_time: Callable[[], float] | None = None, **rules: Any) -> Any:
        known = (ENV if env is None else env) | {"SALESFORCE_URL": wire.url}
        settings = SalesforceSettings.from_mapping(known, NO_WAITS | rules)
        made.append(SalesforceClient(settings, **({"unix_time": unix_time} if unix_time else {})))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture(scope="session")
def private_key() -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
