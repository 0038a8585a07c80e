from sandbox.salesforce.coverage import COVERAGE
from sandbox.salesforce.rest.routes import ROUTES

BESIDE_THE_ROUTES = {"token", "soap_login", "versions", "user_info"}


class TestCoverage:
    def test_every_operation_is_told(self) -> None:
        assert {route.operation for route in ROUTES} | BESIDE_THE_ROUTES == set(COVERAGE)
