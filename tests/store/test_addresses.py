import pytest

from store.addresses import Addresses, addresses_in


class TestAddressesIn:
    @pytest.mark.parametrize(
        "value",
        [
            "ap@x.example;cfo@x.example",
            "ap@x.example, cfo@x.example",
            " ap@x.example  cfo@x.example ",
            "ap@x.example\ncfo@X.example",
            "AP <ap@x.example>; Ada Byron <cfo@x.example>",
            "ap@x.example; ap@x.example; cfo@x.example",
        ],
    )
    def test_parts_what_one_field_holds(self, value: str) -> None:
        assert addresses_in(value) == Addresses(valid=("ap@x.example", "cfo@x.example"))

    @pytest.mark.parametrize("value", ["", "   ", ";,\n"])
    def test_of_nothing_are_none(self, value: str) -> None:
        assert addresses_in(value) == Addresses()

    def test_tells_what_is_none(self) -> None:
        found = addresses_in("ap@x.example; see portal, ap@@x.example")
        assert found == Addresses(valid=("ap@x.example",), invalid=("see", "portal", "ap@@x.example"))

    def test_reads_no_novel(self) -> None:
        (told,) = addresses_in("ap@x.example " * 10_000).invalid
        assert len(told) == 60
