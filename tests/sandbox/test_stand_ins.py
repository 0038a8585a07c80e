from sandbox.stand_ins import ALL, environment_lines, stand_ins


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

    async def test_all_are_run_unless_some_are_named(self) -> None:
        async with stand_ins(port=0, customers=10) as running:
            assert {name for name in ALL if getattr(running, name) is not None} == ALL
