"""Tokens of OAuth 2.0 for assertions that a certificate signs."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.rest.oauth2 import MachineClient
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.rest import RestClient, assertion, encoded, error_of


@pytest.fixture
async def rest(ns: NetSuiteStandIn, clock: Clock) -> AsyncIterator[RestClient]:
    async with aiohttp.ClientSession() as http:
        yield RestClient(ns, clock, http)


class TestToken:
    async def test_for_an_hour(self, rest: RestClient, clock: Clock) -> None:
        status, given = await rest.buy()
        assert (status, given["token_type"], given["expires_in"]) == (200, "bearer", "3600")
        rest.token = given["access_token"]
        clock.pass_(minutes=59)
        assert len(await rest.rows("SELECT id FROM currency ORDER BY id")) == 7
        clock.pass_(minutes=1)
        status, answer = await rest.ask("SELECT id FROM currency ORDER BY id")
        assert (status, error_of(answer)[0]) == (401, "INVALID_LOGIN")

    async def test_of_an_rsa_key(self, ledger: Ledger, clock: Clock) -> None:
        client = MachineClient.made(rsa.generate_private_key(65537, 3072))
        async with NetSuiteStandIn(ledger, now=clock, client=client) as ns, aiohttp.ClientSession() as http:
            status, _ = await RestClient(ns, clock, http).buy()
            assert status == 200

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"header": {"kid": "other"}}, (401, "invalid_client")),
            ({"header": {"typ": "jwt"}}, (401, "invalid_client")),
            ({"header": {"alg": "none"}}, (401, "invalid_client")),
            ({"header": {"alg": "ES384"}}, (401, "invalid_client")),
            ({"header": {"alg": "HS256"}}, (401, "invalid_client")),
            ({"payload": {"iss": "other"}}, (400, "invalid_grant")),
            ({"payload": {"aud": "http://127.0.0.1/token"}}, (400, "invalid_grant")),
            ({"payload": {"exp": 1}}, (400, "invalid_grant")),
            ({"payload": {"exp": 4_000_000_000}}, (400, "invalid_grant")),
            ({"payload": {"iat": "now"}}, (400, "invalid_grant")),
            ({"payload": {"scope": "everything"}}, (400, "invalid_scope")),
            ({"grant_type": "password"}, (400, "unsupported_grant_type")),
            ({"client_assertion_type": "jwt"}, (400, "invalid_request")),
            ({"client_assertion": "a.b"}, (400, "invalid_request")),
        ],
    )
    async def test_refused(self, rest: RestClient, changes: dict[str, Any], expected: tuple[int, str]) -> None:
        status, answer = await rest.buy(**changes)
        assert (status, answer["error"]) == expected

    async def test_changed_after_signing(self, rest: RestClient) -> None:
        head, _, mark = assertion(rest.ns, rest.clock, {}, {}).split(".")
        status, answer = await rest.buy(client_assertion=f"{head}.{encoded(b'{}')}.{mark}")
        assert (status, answer["error"]) == (401, "invalid_client")

    async def test_scope_of_restlets_does_not_query(self, rest: RestClient) -> None:
        _, given = await rest.buy(payload={"scope": "restlets"})
        rest.token = given["access_token"]
        assert (await rest.ask("SELECT id FROM currency"))[0] == 401
