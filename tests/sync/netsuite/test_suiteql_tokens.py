"""OAuth 2.0 for the way by SuiteQL: a token is bought, kept, bought again; and what the doctor makes of a refusal."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.netsuite.rest.oauth2 import MachineClient
from sync.connectors.netsuite.suiteql.tokens import Certificate, form_for, key_of, token_of
from sync.errors import NotPermittedError, ReauthoriseError, SourceError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench, TokenlessBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=2)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


class TestToken:
    async def test_is_bought_once_and_again_when_it_ends(self, bench: SuiteQLBench) -> None:
        given: list[datetime] = []
        real = bench.server.tokens.give

        def give(*args: Any) -> dict[str, str]:
            given.append(bench.now)
            return real(*args)

        bench.server.tokens.give = give  # type: ignore[method-assign,assignment]  # a counter at the stand-in's own door
        await read(bench)
        await read(bench)
        assert len(given) == 1
        bench.pass_time(timedelta(minutes=59, seconds=30))
        await read(bench)
        assert len(given) == 2
        bench.server.tokens.expire()
        await read(bench)
        assert len(given) == 3

    async def test_a_certificate_that_is_not_theirs_asks_for_another(self, bench: SuiteQLBench) -> None:
        another_certificate(bench)
        source = bench._source(bench.server.credentials)
        with pytest.raises(ReauthoriseError, match="invalid_client"):
            await anext(source.pages("invoices", "", now=bench.now))
        await source.close()

    async def test_an_rsa_key_is_as_good(self, tmp_path: Path) -> None:
        made = SuiteQLBench(tmp_path, customers=2)
        made.server.client = MachineClient.made(rsa.generate_private_key(public_exponent=65537, key_size=3072))
        made.server.tokens._client = made.server.client
        async with netsuite_bench(tmp_path, made) as bench:
            assert set(records_of(await read(bench))) == bench.ids("invoices")

    def test_a_curve_gives_its_algorithm(self) -> None:
        key = ec.generate_private_key(ec.SECP384R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        form = form_for(
            Certificate(client_id="c", certificate_id="k", private_key=pem), "https://x", timestamp=1_800_000_000
        )
        assert form["client_assertion"].count(".") == 2

    @pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
    def test_what_is_no_key_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="no private key"):
            key_of(text)

    def test_a_public_key_is_refused(self) -> None:
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(ValueError, match="no private key"):
            key_of(pem.decode())

    @pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": "x"}, {"expires_in": "3600"}])
    def test_half_an_answer_is_no_token(self, answer: dict[str, str]) -> None:
        assert token_of(answer, timestamp=0) is None


def another_key(bench: SuiteQLBench) -> None:
    bench.env = bench.env | {"NETSUITE_PRIVATE_KEY": MachineClient.made().private_key_pem}


def another_client(bench: SuiteQLBench) -> None:
    bench.env = bench.env | {"NETSUITE_CLIENT_ID": "another"}


def another_certificate(bench: SuiteQLBench) -> None:
    bench.env = bench.env | {"NETSUITE_CERTIFICATE_ID": "another"}


def no_grant(bench: SuiteQLBench) -> None:
    bench.server.tokens.is_granted = False


def no_scope(bench: SuiteQLBench) -> None:
    bench.server.tokens.scopes = frozenset({"restlets"})


def no_feature(bench: SuiteQLBench) -> None:
    bench.server.rest.has_feature = False


def lacking(name: str) -> Callable[[SuiteQLBench], None]:
    return lambda bench: bench.server.permissions.lack(name)


REFUSALS = [
    (another_key, ReauthoriseError, "invalid_client", "is the key the one that it was made with"),
    (another_certificate, ReauthoriseError, "invalid_client", "is the certificate there"),
    (another_client, ReauthoriseError, "invalid_grant", "Compare NETSUITE_CLIENT_ID"),
    (lacking("Log in using OAuth 2.0 Access Tokens"), ReauthoriseError, "invalid_grant", "OAuth 2.0 Access Tokens"),
    (no_grant, ReauthoriseError, "unauthorized_client", "Client Credentials (Machine To Machine) Grant"),
    (no_scope, ReauthoriseError, "invalid_scope", "Tick the scope REST Web Services"),
    (no_feature, NotPermittedError, "FEATURE_DISABLED", "Enable Features"),
    (lacking("REST Web Services"), NotPermittedError, "INSUFFICIENT_PERMISSION", "Setup > REST Web Services"),
    (lacking("SuiteAnalytics Workbook"), NotPermittedError, "INSUFFICIENT_PERMISSION", "SuiteAnalytics Workbook"),
]


class TestRefusal:
    @pytest.mark.parametrize(("spoil", "error", "said", "remedy"), REFUSALS)
    async def test_says_what_to_do(
        self,
        spoil: Callable[[SuiteQLBench], None],
        error: type[SourceError],
        said: str,
        remedy: str,
        bench: SuiteQLBench,
    ) -> None:
        spoil(bench)
        source = bench._source(bench.server.credentials)
        with pytest.raises(error, match=said):
            await anext(source.pages("invoices", "", now=bench.now))
        (finding,) = await source.check()
        await source.close()
        assert (finding.check, finding.ok) == ("SuiteQL login", False)
        assert said in finding.detail
        assert remedy in finding.remedy
        assert bench.server.client.private_key_pem not in f"{finding}"

    async def test_of_one_type_of_records_is_told_of_its_stream(self, bench: SuiteQLBench) -> None:
        bench.server.permissions.lack("Customer Deposit", "Deleted Records")
        found = {one.check: one for one in await bench.source.check() if not one.ok}
        assert found.keys() == {"payments by SuiteQL", "deletions by SuiteQL"}
        assert "Transactions > Customer Deposit" in found["payments by SuiteQL"].remedy
        assert "Setup > Deleted Records" in found["deletions by SuiteQL"].remedy
        with pytest.raises(NotPermittedError, match="Customer Deposit"):
            await read(bench, stream="payments")

    async def test_is_asked_about_once(self, bench: SuiteQLBench) -> None:
        await read(bench)
        bench.server.tokens.expire()
        no_grant(bench)
        asked = len(bench.server.log)
        with pytest.raises(ReauthoriseError, match="unauthorized_client"):
            await read(bench)
        assert [one.outcome for one in list(bench.server.log)[asked:]] == ["INVALID_LOGIN"]
