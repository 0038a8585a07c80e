import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from sandbox.salesforce import GrantError, SalesforceStandIn
from sandbox.salesforce.hands import deactivate
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def asked(client: Client, form: Mapping[str, str]) -> tuple[int, Any]:
    url = f"{client.standing_in.url}/services/oauth2/token"
    answer = await client.do(client.http.post, url, data=form)
    return answer.status_code, answer.json()


async def refused(client: Client, version: str = "62.0", **given: str) -> tuple[str, str]:
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        await client.log_in(version, **given)
    return str(caught.value.code), caught.value.auth_message


class TestClientCredentials:
    async def test_the_app_acts_as_its_user(self, client: Client, sf: SalesforceStandIn) -> None:
        answer = await client.raw("GET", "/services/oauth2/userinfo")

        assert answer.json()["user_id"] == sf.org.acting_user
        assert answer.json()["preferred_username"] == sf.credentials.username

    async def test_wrong_ones_are_refused(self, client: Client, sf: SalesforceStandIn) -> None:
        given = {"consumer_key": sf.credentials.client_id, "consumer_secret": "wrong", "domain": sf.domain}

        assert await refused(client, **given) == ("invalid_client", "invalid client credentials")
        assert (await refused(client, **{**given, "consumer_key": "other"}))[0] == "invalid_client_id"

    async def test_the_flow_has_to_be_enabled(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.grants.allows_client_credentials = False
        form = {
            "grant_type": "client_credentials",
            "client_id": sf.credentials.client_id,
            "client_secret": sf.credentials.client_secret,
        }

        status, said = await asked(client, form)

        assert (status, said["error_description"]) == (400, "no client credentials user enabled")

    async def test_a_policy_may_keep_the_user_out(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.grants.refusal = GrantError("invalid_app_access", "user is not admin approved to access this app")
        given = {"consumer_key": sf.credentials.client_id, "consumer_secret": sf.credentials.client_secret}

        code, message = await refused(client, **given, domain=sf.domain)

        assert (code, message) == ("invalid_app_access", "user is not admin approved to access this app")

    async def test_other_grants_are_not_supported(self, client: Client) -> None:
        assert (await asked(client, {"grant_type": "implicit"}))[1]["error"] == "unsupported_grant_type"

    async def test_an_inactive_user_gets_nothing(self, client: Client, sf: SalesforceStandIn) -> None:
        deactivate(sf.org, sf.org.acting_user)
        form = {
            "grant_type": "client_credentials",
            "client_id": sf.credentials.client_id,
            "client_secret": sf.credentials.client_secret,
        }

        assert (await asked(client, form))[1] == {"error": "invalid_grant", "error_description": "inactive user"}


class TestJwtBearer:
    async def test_the_real_client_is_let_in(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        # The client signs by the real time, for three minutes; a minute of them is over, however slow this machine is.
        clock.at = clock.at.fromtimestamp(time.time() + 60, clock.at.tzinfo)
        given = sf.credentials

        api = await client.log_in(
            username=given.username, consumer_key=given.client_id, privatekey=given.private_key_pem
        )

        assert (await client.do(api.query, "SELECT COUNT() FROM User"))["totalSize"] == 7

    def claims(self, sf: SalesforceStandIn, clock: Clock, **other: Any) -> dict[str, Any]:
        given = sf.credentials
        ends = int(clock.at.timestamp()) + 180
        known = {"iss": given.client_id, "sub": given.username, "aud": "https://login.salesforce.com", "exp": ends}
        return known | other

    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            ({}, None),
            ({"aud": "https://meridian.my.salesforce.com"}, None),
            ({"iss": "another"}, "client identifier invalid"),
            ({"aud": "https://evil.example"}, "audience is invalid"),
            ({"sub": "nobody@meridian.example"}, "user hasn't approved this consumer"),
            ({"exp": 1}, "assertion expired"),
            ({"exp": 4_000_000_000}, "assertion expired"),
        ],
    )
    async def test_every_claim_is_checked(
        self, client: Client, sf: SalesforceStandIn, clock: Clock, other: dict[str, Any], expected: str | None
    ) -> None:
        assertion = jwt.encode(self.claims(sf, clock, **other), sf.credentials.private_key_pem, algorithm="RS256")

        status, said = await asked(client, {"grant_type": JWT_BEARER, "assertion": assertion})

        assert said.get("error_description") == expected
        assert status == (400 if expected else 200)

    async def test_another_key_is_no_signature(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        other = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        pem = other.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        for assertion in (jwt.encode(self.claims(sf, clock), pem, algorithm="RS256"), "a.b", "a.b.c", ""):
            _, said = await asked(client, {"grant_type": JWT_BEARER, "assertion": assertion})

            assert said == {"error": "invalid_grant", "error_description": "invalid assertion"}


class TestSoapLogin:
    async def test_user_and_token_open_a_session(self, client: Client, sf: SalesforceStandIn) -> None:
        given = sf.credentials

        api = await client.log_in(username=given.username, password=given.password, security_token=given.security_token)

        assert (await client.do(api.query, "SELECT Name FROM Organization"))["totalSize"] == 1

    async def test_a_wrong_token_is_refused(self, client: Client, sf: SalesforceStandIn) -> None:
        given = {"username": sf.credentials.username, "password": sf.credentials.password, "security_token": "no"}

        assert (await refused(client, **given))[0] == "INVALID_LOGIN"

    async def test_it_ends_with_version_64(self, client: Client, sf: SalesforceStandIn) -> None:
        known = sf.credentials
        given = {"username": known.username, "password": known.password, "security_token": known.security_token}

        assert (await refused(client, "65.0", **given))[0] == "UNSUPPORTED_API_VERSION"
        sf.grants.allows_password = False
        assert (await refused(client, "64.0", **given))[0] == "INVALID_OPERATION"


class TestPassword:
    async def test_the_password_holds_the_token(self, client: Client, sf: SalesforceStandIn) -> None:
        known = sf.credentials
        given = {
            "username": known.username,
            "consumer_key": known.client_id,
            "consumer_secret": known.client_secret,
        }

        await client.log_in(**given, password=known.password + known.security_token)

        assert await refused(client, **given, password=known.password) == ("invalid_grant", "authentication failure")


class TestSessions:
    async def test_they_end_two_hours_after_their_last_use(
        self, client: Client, sf: SalesforceStandIn, clock: Clock
    ) -> None:
        for _ in range(3):
            clock.pass_(minutes=90)
            await client.query("SELECT COUNT() FROM User")
        assert sf.sessions.opened == 1

        clock.pass_(hours=3)
        await client.query("SELECT COUNT() FROM User")

        assert sf.sessions.opened == 2

    async def test_without_one_nothing_is_told(self, client: Client) -> None:
        answer = await client.raw("GET", "/services/data/v62.0/sobjects", {"Authorization": "Bearer no"})

        assert answer.status_code == 401
        assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]

    async def test_versions_are_told_to_everybody(self, client: Client) -> None:
        answer = await client.raw("GET", "/services/data", {"Authorization": ""})

        assert {"label": "v62", "url": "/services/data/v62.0", "version": "62.0"} in answer.json()

    @pytest.mark.parametrize(("version", "status"), [("30.0", 410), ("99.0", 404), ("62.0", 200)])
    async def test_a_version_is_known_or_not(self, client: Client, version: str, status: int) -> None:
        assert (await client.raw("GET", f"/services/data/v{version}/limits")).status_code == status

    async def test_a_profile_without_the_api_is_refused(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.access.has_api = False

        assert await client.refusal(client.api.describe) == (403, "API_DISABLED_FOR_ORG")
