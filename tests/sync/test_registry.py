from pathlib import Path

from sync.registry import CONNECTORS


class TestConnectors:
    def test_what_is_not_set_up_is_no_source(self, tmp_path: Path) -> None:
        assert {name: build({"HOME": "/"}, {}, tmp_path) for name, build in CONNECTORS.items()} == {
            "netsuite": None,
            "salesforce": None,
        }
