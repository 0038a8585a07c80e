import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.values import MAX_CHARACTERS, InvalidValueError, RecordRef, decode, encode, is_encodable
from store.records import RecordId

INVOICE = RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:123"))


class TestEncode:
    def test_is_short_and_versioned(self) -> None:
        assert encode(INVOICE) == "1:invoice:netsuite:invoice:123"

    def test_refuses_an_id_that_slack_would_refuse(self) -> None:
        overlong = RecordRef(kind="invoice", record_id=RecordId("files:invoice:" + "9" * MAX_CHARACTERS))
        assert not is_encodable(overlong)
        with pytest.raises(InvalidValueError):
            encode(overlong)

    @given(st.text(max_size=60))
    def test_reads_back_what_it_wrote(self, source_id: str) -> None:
        ref = RecordRef(kind="customer", record_id=RecordId(f"files:customer:{source_id}"))
        if is_encodable(ref):
            assert decode(encode(ref)) == ref


class TestDecode:
    @pytest.mark.parametrize(
        "junk",
        [
            "",
            "1",
            "invoice:netsuite:invoice:123",
            "2:invoice:netsuite:invoice:123",
            "1:user:netsuite:invoice:123",
            "1:invoice:123",
            "1:invoice:netsuite:invoice:",
            "1:invoice:netsuite:invoice:1\n2",
            "1:invoice:netsuite:invoice:" + "1" * 200,
            "1:invoice:NET SUITE:invoice:1",
            '{"kind": "invoice"}',
        ],
    )
    def test_refuses_junk(self, junk: str) -> None:
        with pytest.raises(InvalidValueError):
            decode(junk)
