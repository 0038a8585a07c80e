import threading

import pytest

from sync.connectors.netsuite.slots import Slots


class TestSlots:
    def test_shrink_to_one_when_busy_and_never_below(self) -> None:
        slots = Slots(8)
        seen = []
        for _ in range(5):
            slots.busy()
            seen.append(slots.allowed)
        assert seen == [4, 2, 1, 1, 1]

    def test_grow_back_to_the_limit_and_never_above(self) -> None:
        slots = Slots(2)
        slots.busy()
        for _ in range(100):
            slots.calm()
        assert slots.allowed == 2

    def test_one_more_waits_until_a_slot_is_free(self) -> None:
        slots = Slots(1)
        entered = threading.Event()

        def second() -> None:
            with slots.slot():
                entered.set()

        thread = threading.Thread(target=second)
        with slots.slot():
            thread.start()
            assert not entered.wait(0.05)
        assert entered.wait(5)
        thread.join()

    def test_a_failed_request_gives_its_slot_back(self) -> None:
        slots = Slots(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), slots.slot():
                divmod(1, 0)
        with slots.slot():
            pass

    def test_keep_to_what_the_account_leaves(self) -> None:
        slots = Slots(5)
        slots.keep_to(2)
        slots.keep_to(9)
        slots.busy()
        for _ in range(100):
            slots.calm()
        assert (slots.limit, slots.allowed) == (2, 2)
