from pathlib import Path

import pytest

from sandbox.slack.coverage import COVERAGE
from sandbox.slack.web_api.methods import METHODS

TESTS = Path(__file__).parent


class TestCoverage:
    def test_the_list_names_exactly_what_is_answered(self) -> None:
        assert set(COVERAGE) == set(METHODS)

    @pytest.mark.parametrize("method", sorted(METHODS))
    def test_the_named_tests_call_the_method(self, method: str) -> None:
        text = (TESTS / COVERAGE[method].tested_in).read_text()
        assert method in text or f"{method.replace('.', '_')}(" in text
