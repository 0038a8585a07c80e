from collections.abc import Iterator

import pytest

from sync.errors import RejectedError
from sync.http import is_public, may_be_chosen, new_session
from tests.sync.netsuite.wire import Wire, serving


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as running:
        yield running


class TestIsPublic:
    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
    )
    def test_an_address_of_the_internet(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104 - refused, not bound
            "::1",
            "fe80::1%eth0",
            "fd00::1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "::127.0.0.1",
            "::ffff:0:a00:1",
            "2001:0:0:0:0:0:80ff:fffe",
            "224.0.0.1",
            "ff0e::1",
        ],
    )
    def test_an_address_of_a_machine_or_network_of_ours(self, address: str) -> None:
        assert not is_public(address)


class TestMayBeChosen:
    @pytest.mark.parametrize(
        "address",
        [
            "169.254.169.254",
            "fe80::1%eth0",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fd00:ec2::254",
            "100.100.100.200",
            "224.0.0.1",
        ],
    )
    def test_not_where_a_cloud_tells_keys(self, address: str) -> None:
        assert not may_be_chosen(address)

    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "fd00::1", "8.8.8.8"])
    def test_a_gateway_of_ours(self, address: str) -> None:
        assert may_be_chosen(address)


class TestNewSession:
    def test_a_name_that_leads_into_our_own_network_is_refused(self, wire: Wire) -> None:
        # As a name of NetSuite's would that somebody else answers for.
        address = wire.url.replace("127.0.0.1", "localhost")
        with (
            new_session(address, connections=1, unless_set="THE_URL") as session,
            pytest.raises(RejectedError) as caught,
        ):
            session.post(address, data=b"secret", timeout=60)
        assert "no public address; set THE_URL" in caught.value.detail
        assert wire.posted == []

    def test_an_address_that_was_chosen_may_be_there(self, wire: Wire) -> None:
        with new_session(wire.url, connections=1) as session:
            assert session.post(wire.url, data=b"x", timeout=60).status_code == 599
