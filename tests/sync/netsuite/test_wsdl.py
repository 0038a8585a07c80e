from pathlib import Path

import pytest
from lxml import etree

from sync.connectors.netsuite import NetSuiteSettings, download_wsdl, wsdl_path
from sync.connectors.netsuite.envelopes import Envelopes
from sync.connectors.netsuite.passport import signed_passport
from sync.connectors.netsuite.request import GetServerTime
from sync.connectors.netsuite.wsdl import own_address
from sync.errors import RejectedError, RetryError, SourceError, StopError
from tests.sync.netsuite.conftest import SECRETS, MakeSettings
from tests.sync.netsuite.wire import Wire, own_documents

XSD = "http://www.w3.org/2001/XMLSchema"
MAIN = "/wsdl/v2025_2_0/netsuite.wsdl"


def build(wsdl: Path, settings: NetSuiteSettings, version: str = "2025_2") -> bytes:
    passport = signed_passport(settings.credentials, nonce="nonce1", timestamp=1)
    return Envelopes(wsdl, version).build(GetServerTime(), passport)


def wsdl_importing(location: str) -> bytes:
    return (
        f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types><s:schema xmlns:s="{XSD}">'
        f'<s:import namespace="urn:x" schemaLocation="{location}"/></s:schema></types></definitions>'
    ).encode()


class TestDownloadWsdl:
    def test_fetches_every_document_once_and_points_at_files_only(
        self, wire: Wire, make_settings: MakeSettings, tmp_path: Path
    ) -> None:
        seen: list[tuple[int, int]] = []
        path = download_wsdl(make_settings(), tmp_path, lambda done, known: seen.append((done, known)))
        assert path == wsdl_path(make_settings(), tmp_path) == tmp_path / "netsuite" / "2025_2" / "netsuite.wsdl"
        assert len(wire.fetched) == len(set(wire.fetched)) == len(list(path.parent.iterdir())) == seen[-1][0]
        assert seen[-1][0] == seen[-1][1] > 10
        for document in path.parent.iterdir():
            for element in etree.parse(str(document)).iter(f"{{{XSD}}}import"):
                assert (path.parent / str(element.get("schemaLocation"))).is_file()

    def test_what_it_fetched_is_enough_to_build_requests_offline(
        self, wire: Wire, make_settings: MakeSettings, folder: Path
    ) -> None:
        assert b"getServerTime" in build(wsdl_path(make_settings(), folder), make_settings())
        assert wire.fetched == []

    def test_replaces_an_older_download_as_a_whole(self, make_settings: MakeSettings, folder: Path) -> None:
        stale = folder / "netsuite" / "2025_2" / "stale.xsd"
        stale.touch()
        download_wsdl(make_settings(), folder)
        assert not stale.exists()
        assert [path.name for path in (folder / "netsuite").iterdir()] == ["2025_2"]

    def test_a_download_that_fails_leaves_the_older_one(
        self, wire: Wire, make_settings: MakeSettings, folder: Path
    ) -> None:
        whole = own_documents(wire.url)
        wire.document = lambda path: None if path.endswith("core.xsd") else whole(path)
        with pytest.raises(RejectedError, match="404"):
            download_wsdl(make_settings(), folder)
        assert [path.name for path in (folder / "netsuite").iterdir()] == ["2025_2"]
        assert build(wsdl_path(make_settings(), folder), make_settings())

    @pytest.mark.parametrize(
        "location",
        [
            "http://169.254.169.254/latest/meta-data/",
            "https://evil.example/core.xsd",
            "file:///etc/passwd",
            "ftp://webservices.netsuite.com/x.xsd",
            "https://webservices.netsuite.com.evil.example/x.xsd",
        ],
    )
    def test_refuses_foreign_references(
        self, location: str, wire: Wire, make_settings: MakeSettings, tmp_path: Path
    ) -> None:
        wire.document = lambda _path: wsdl_importing(location)
        with pytest.raises(RejectedError, match="is not on"):
            download_wsdl(make_settings(), tmp_path)
        assert wire.fetched == [MAIN]
        assert list((tmp_path / "netsuite").iterdir()) == []

    @pytest.mark.parametrize(
        "content",
        [
            b"<html>Sign in</html",
            b'<!DOCTYPE x SYSTEM "http://169.254.169.254/"><x/>',
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        ],
    )
    def test_refuses_what_is_no_plain_xml(
        self, content: bytes, wire: Wire, make_settings: MakeSettings, tmp_path: Path
    ) -> None:
        wire.document = lambda _path: content
        with pytest.raises(RejectedError):
            download_wsdl(make_settings(), tmp_path)

    def test_refuses_schemas_without_end(self, wire: Wire, make_settings: MakeSettings, tmp_path: Path) -> None:
        wire.document = lambda path: wsdl_importing(f"{path}x")
        with pytest.raises(RejectedError, match="200 documents"):
            download_wsdl(make_settings(), tmp_path)

    def test_refuses_a_document_that_is_too_large(
        self, wire: Wire, make_settings: MakeSettings, tmp_path: Path
    ) -> None:
        wire.document = lambda _path: b"<x>" + b" " * (21 * 1024 * 1024)
        with pytest.raises(RejectedError, match="larger"):
            download_wsdl(make_settings(), tmp_path)

    def test_an_unreachable_host_may_be_tried_again(self, tmp_path: Path, wire: Wire) -> None:
        env = SECRETS | {"NETSUITE_ACCOUNT_ID": "1", "NETSUITE_SOAP_URL": "http://127.0.0.1:1/"}
        with pytest.raises(RetryError, match="ConnectionRefusedError"):
            download_wsdl(NetSuiteSettings.from_mapping(env, {}), tmp_path)
        assert wire.fetched == []

    def test_has_nothing_to_do_when_the_settings_name_a_file(self, tmp_path: Path) -> None:
        env = SECRETS | {"NETSUITE_ACCOUNT_ID": "1", "NETSUITE_WSDL": str(tmp_path / "n.wsdl")}
        settings = NetSuiteSettings.from_mapping(env, {})
        assert wsdl_path(settings, Path("elsewhere")) == tmp_path / "n.wsdl"
        with pytest.raises(StopError):
            download_wsdl(settings, tmp_path)


class TestOwnAddress:
    def test_oracles_general_host_is_read_from_the_accounts_own(self) -> None:
        base = "https://123.suitetalk.api.netsuite.com/wsdl/v2025_2_0/netsuite.wsdl"
        location = "https://webservices.netsuite.com/xsd/platform/v2025_2_0/core.xsd"
        assert own_address(location, base) == ("https://123.suitetalk.api.netsuite.com/xsd/platform/v2025_2_0/core.xsd")

    def test_a_relative_reference_stays_on_the_host(self) -> None:
        assert own_address("../x.xsd", "http://127.0.0.1:99/a/b/c.wsdl") == "http://127.0.0.1:99/a/x.xsd"

    def test_the_port_is_part_of_the_host(self) -> None:
        with pytest.raises(RejectedError):
            own_address("http://127.0.0.1:98/x.xsd", "http://127.0.0.1:99/c.wsdl")


class TestReadingFromDisk:
    def test_a_missing_wsdl_says_what_to_run(self, make_settings: MakeSettings, tmp_path: Path) -> None:
        with pytest.raises(StopError, match="tesorio connect netsuite"):
            build(tmp_path / "netsuite.wsdl", make_settings())

    def test_a_wsdl_of_another_version_is_named(self, make_settings: MakeSettings, folder: Path) -> None:
        with pytest.raises(StopError, match="no WSDL of version 2024_1"):
            build(wsdl_path(make_settings(), folder), make_settings(), "2024_1")

    @pytest.mark.parametrize(
        "location",
        ["http://169.254.169.254/x", "https://evil.example/x", "file:///etc/passwd", "../outside.xsd", "/o.xsd"],
    )
    def test_references_out_of_the_folder_are_refused(
        self, location: str, make_settings: MakeSettings, tmp_path: Path
    ) -> None:
        (tmp_path / "outside.xsd").write_text(f'<schema xmlns="{XSD}" targetNamespace="urn:x"/>')
        inside = tmp_path / "in"
        inside.mkdir()
        (inside / "netsuite.wsdl").write_bytes(wsdl_importing(location))
        with pytest.raises(StopError, match="no WSDL"):
            build(inside / "netsuite.wsdl", make_settings())

    def test_a_link_out_of_the_folder_is_refused(self, make_settings: MakeSettings, tmp_path: Path) -> None:
        (tmp_path / "outside.xsd").write_text(f'<schema xmlns="{XSD}" targetNamespace="urn:x"/>')
        inside = tmp_path / "in"
        inside.mkdir()
        (inside / "linked.xsd").symlink_to(tmp_path / "outside.xsd")
        (inside / "netsuite.wsdl").write_bytes(wsdl_importing("linked.xsd"))
        with pytest.raises(StopError, match="Forbidden"):
            build(inside / "netsuite.wsdl", make_settings())

    @pytest.mark.parametrize(
        "prologue",
        [
            '<!DOCTYPE x SYSTEM "http://169.254.169.254/x.dtd">',
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        ],
    )
    def test_dtds_are_refused(self, prologue: str, make_settings: MakeSettings, tmp_path: Path) -> None:
        content = prologue.encode() + wsdl_importing("x.xsd")
        (tmp_path / "netsuite.wsdl").write_bytes(content)
        with pytest.raises(SourceError):
            build(tmp_path / "netsuite.wsdl", make_settings())
