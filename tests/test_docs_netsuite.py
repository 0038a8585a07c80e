"""The page on NetSuite is held against the connector: permissions, streams, settings with their defaults, endpoints."""

import re
import tomllib
from typing import Any

from sync.connectors.netsuite import NetSuiteSettings
from sync.connectors.netsuite.lifecycle import Support, last_release_of, support_of
from sync.connectors.netsuite.role import OAUTH2, PERMISSIONS, REST, SCRIPT, WORKBOOK
from sync.connectors.netsuite.settings import SUITEQL_STREAMS
from sync.connectors.netsuite.streams import STREAMS
from sync.connectors.netsuite.suiteql import company_tables, entity_tables, transaction_tables
from sync.connectors.netsuite.suiteql.kinds import KINDS
from sync.connectors.netsuite.suiteql.tables import Select
from tests.pages import ROOT, read, rows_below

OTHERS = [
    one
    for module in (company_tables, entity_tables, transaction_tables)
    for one in vars(module).values()
    if isinstance(one, Select)
]
PAGE = ROOT / "docs" / "netsuite.md"


def plain(cell: str) -> str:
    return cell.strip().strip("`")


def permissions_shown() -> dict[str, str]:
    """Each permission of the table with its level; one row may name several."""
    return {
        f"{tab.strip()} > {name.strip()}": level.strip()
        for tab, names, level, _ in rows_below(PAGE, "3. Role")
        for name in names.split(",")
    }


def defaults() -> dict[str, Any]:
    fields = NetSuiteSettings.model_fields
    return {name: field.get_default(call_default_factory=True) for name, field in fields.items() if not field.alias}


class TestRole:
    def test_permissions_are_those_that_the_doctor_looks_at(self) -> None:
        assert permissions_shown() == dict(PERMISSIONS)

    def test_permissions_of_what_is_optional_are_named(self) -> None:
        text = read(PAGE)
        for path in (SCRIPT, REST, OAUTH2, WORKBOOK):
            tab, _, name = path.partition(" > ")
            assert f"{tab} > **{name}**" in text


class TestStreams:
    def test_the_points_name_every_stream(self) -> None:
        cells = [cells[2] for cells in rows_below(PAGE, "The nine points")]
        assert len(cells) == 9
        named = {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}
        assert named | {"deletions"} == set(STREAMS)


class TestSuiteQL:
    def test_the_tables_are_those_that_are_asked(self) -> None:
        shown = {plain(name) for cells in rows_below(PAGE, "SuiteQL instead of SOAP") for name in cells[1].split(",")}
        asked = {kind.table.name for kind in KINDS.values()} | {one.table for one in OTHERS}
        assert asked <= shown

    def test_every_stream_is_named(self) -> None:
        text = read(PAGE)
        assert all(f"`{name}`" in text for name in SUITEQL_STREAMS)


class TestSettings:
    def test_all_are_listed_with_their_defaults(self) -> None:
        shown = {plain(name): plain(value) for name, value, _ in rows_below(PAGE, "Settings, all of them")}
        known = {name: list(value) if isinstance(value, tuple) else value for name, value in defaults().items()}
        values = {name: None if text == "none" else tomllib.loads(f"v = {text}")["v"] for name, text in shown.items()}
        assert values == known


class TestEndpoints:
    def test_the_table_is_the_one_that_the_doctor_reads(self) -> None:
        for endpoints, supported, reachable in rows_below(PAGE, "Endpoints"):
            for endpoint in re.findall(r"20\d\d_[12]", endpoints):
                assert support_of(endpoint, supported.strip()) is Support.SUPPORTED
                assert last_release_of(endpoint) == reachable.strip()
