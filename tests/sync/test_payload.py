from datetime import date

from sync.payload import payload_hash


class TestPayloadHash:
    def test_is_blind_to_the_order_of_fields(self) -> None:
        assert payload_hash({"a": 1, "b": [2, None]}) == payload_hash({"b": [2, None], "a": 1})

    def test_tells_payloads_apart(self) -> None:
        found = {payload_hash(each) for each in ({}, {"a": "1"}, {"a": 1}, {"a": date(2026, 11, 22)}, "\ud800", None)}
        assert len(found) == 6
        assert {len(each) for each in found} == {32}
