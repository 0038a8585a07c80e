import pytest

from sync.plan import Absence, DeletionRules, Step, allowed, step_for

RULES = DeletionRules(share=0.2, at_least=10)


class TestStepFor:
    @pytest.mark.parametrize(
        ("found", "step"),
        [
            (Absence(living=100, absent=0), Step.KEEP),
            (Absence(living=0, absent=0, listed=0), Step.KEEP),
            (Absence(living=100, absent=1), Step.TOMBSTONE),
            (Absence(living=100, absent=20), Step.TOMBSTONE),
            (Absence(living=100, absent=21), Step.ASK),
            (Absence(living=20, absent=10), Step.TOMBSTONE),
            (Absence(living=20, absent=11), Step.ASK),
            (Absence(living=9, absent=4, listed=5), Step.TOMBSTONE),
            (Absence(living=9, absent=8, listed=1), Step.ASK),
            (Absence(living=1, absent=1), Step.TOMBSTONE),
            (Absence(living=100, absent=20, listed=80), Step.TOMBSTONE),
            (Absence(living=3, absent=3, listed=0), Step.ASK),
            (Absence(living=100, absent=20, listed=80, only_open=True), Step.CLOSE),
            (Absence(living=100, absent=21, listed=79, only_open=True), Step.ASK),
        ],
    )
    def test_follows_a_few_and_asks_about_many(self, found: Absence, step: Step) -> None:
        assert step_for(found, RULES, accepted=False) is step

    @pytest.mark.parametrize(
        ("found", "step"),
        [
            (Absence(living=100, absent=100, listed=0), Step.TOMBSTONE),
            (Absence(living=100, absent=99), Step.TOMBSTONE),
            (Absence(living=100, absent=100, listed=0, only_open=True), Step.CLOSE),
            (Absence(living=100, absent=0), Step.KEEP),
        ],
    )
    def test_follows_all_that_a_person_accepted(self, found: Absence, step: Step) -> None:
        assert step_for(found, RULES, accepted=True) is step


class TestAllowed:
    def test_is_a_share_and_at_least_a_handful_but_no_more_than_half(self) -> None:
        expected = [1, 1, 4, 10, 10, 10, 11, 200_000]
        assert [allowed(living, RULES) for living in (0, 1, 9, 20, 50, 54, 55, 1_000_000)] == expected
