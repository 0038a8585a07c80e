import gc
from collections.abc import Iterator

import pytest

from bot.collector import collect_seldom


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


class TestCollectSeldom:
    def test_what_is_loaded_is_not_looked_through_again(self) -> None:
        gc.collect()
        loaded = len(gc.get_objects())
        collect_seldom()
        assert gc.get_freeze_count() >= loaded
        assert len(gc.get_objects()) < loaded / 10

    def test_new_objects_that_refer_to_themselves_are_found_in_time(self) -> None:
        collect_seldom()
        collections = gc.get_stats()[0]["collections"]
        kept: list[list[object]] = [[] for _ in range(100_000)]
        assert 0 < gc.get_stats()[0]["collections"] - collections < len(kept) / 700 / 5
