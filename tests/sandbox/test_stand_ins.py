from io import StringIO

from dotenv import dotenv_values

from sandbox.stand_ins import ALL, environment_lines, stand_ins
from sync.connectors.netsuite import NetSuiteSettings


class TestStandIns:
    async def test_salesforce_is_run_when_it_is_asked_for(self) -> None:
        async with stand_ins(port=0, customers=10, only=frozenset({"salesforce"})) as running:
            told = running.environment
            lines = list(environment_lines(running))

            assert running.salesforce is not None
            assert told["SALESFORCE_URL"] == running.salesforce.url
            assert told["SALESFORCE_CLIENT_SECRET"] == running.salesforce.credentials.client_secret
            assert f"SALESFORCE_DOMAIN={running.salesforce.domain}" in lines
            assert set(running.salesforce.ledger.customers) == set(running.ledger.customers)

    async def test_what_is_printed_for_netsuite_reads_by_both_ways(self) -> None:
        async with stand_ins(port=0, customers=10, only=frozenset({"netsuite"})) as running:
            told = dotenv_values(stream=StringIO("\n".join(environment_lines(running))))
            assert running.netsuite is not None
            # Tokens by themselves, and the certificate of OAuth 2.0 with its key as a line of its own.
            assert told["NETSUITE_TOKEN_SECRET"] == running.netsuite.credentials.token_secret
            given = {name: value for name, value in told.items() if value and name.startswith("NETSUITE_")}
            settings = NetSuiteSettings.from_mapping(given, {"suiteql": ["customers"]})
            assert settings.certificate is not None
            assert settings.by_suiteql == {"customers"}
            assert told["NETSUITE_CERTIFICATE_ID"] == running.netsuite.client.certificate_id

    async def test_all_are_run_unless_some_are_named(self) -> None:
        async with stand_ins(port=0, customers=10) as running:
            assert {name for name in ALL if getattr(running, name) is not None} == ALL
