import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.collector import collect_seldom, give_back_memory


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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' libraries have no such setting")
class TestGiveBackMemory:
    def test_what_was_large_is_given_back_though_small_things_lie_above(self) -> None:
        asked = "from tests.cli.test_collector import held; print(held())"
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
        assert float(told.stdout) < 50


def held() -> float:
    """Megabytes that this process keeps of a hundred that were freed, after the library has met large ones before."""
    give_back_memory()
    for _ in range(3):
        bytearray(30 * 2**20)
    before = _resident()
    large, small = [], []
    for _ in range(100):
        large.append(bytearray(2**20))
        small.append(bytearray(1000))
    del large
    return _resident() - before


def _resident() -> float:
    with open("/proc/self/statm") as file:  # noqa: PTH123 - read at once, and no path
        return int(file.read().split()[1]) * 4096 / 2**20
