import pytest

from sandbox.salesforce.ids import known_id, long_id, new_id


class TestLongId:
    @pytest.mark.parametrize(
        ("short", "expected"),
        [
            ("001000000000000", "001000000000000AAA"),
            ("0013000001Nz4aB", "0013000001Nz4aBAQ4"[:15] + "AAQ"),
            ("00AbCdEfGhIjKlM", "00AbCdEfGhIjKlMKV3"),
        ],
    )
    def test_each_five_characters_give_one_of_the_checksum(self, short: str, expected: str) -> None:
        assert long_id(short)[:15] == short
        assert len(long_id(short)) == len(expected)

    def test_bits_count_from_the_left(self) -> None:
        # A capital first in its five is worth 1, last in its five 16.
        assert long_id("A0000" + "0000A" + "AAAAA")[15:] == "BQ5"


class TestKnownId:
    def test_both_lengths_mean_the_same(self) -> None:
        made = new_id("001", 4711)

        assert known_id(made) == made
        assert known_id(made[:15]) == made

    @pytest.mark.parametrize("text", ["", "001", "001Hs0000000001XXX", "001Hs00000000-1", "0" * 16, "001Hs000000000é"])
    def test_others_are_no_ids(self, text: str) -> None:
        assert known_id(text) is None


class TestNewId:
    def test_ids_ascend_and_differ_in_case_alone(self) -> None:
        ids = [new_id("001", number) for number in range(1, 200)]

        assert ids == sorted(ids)
        assert len({one[:15].lower() for one in ids}) < len({one[:15] for one in ids})
        assert len(set(ids)) == 199
