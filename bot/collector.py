"""How often Python looks for what only refers to itself, and what it does with free memory.

By default it looks after every 700 new objects, and now and then through everything that the process holds: a sync,
which makes millions of objects of which none refer to themselves, spends a quarter of its time on that, and each look
through everything is a pause of a tenth of a second for everybody in Slack.
"""

import ctypes
import gc
import sys

# Some megabytes of objects at the most.
_NEW_OBJECTS = 20_000
# Of the C library's malloc.h.
_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 128 * 1024


def collect_seldom() -> None:
    """Look thirty times less often, and never again through what has been loaded by now."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()


def give_back_memory() -> None:
    """Let what is large go back to the system as soon as it is free.

    Linux's C library learns to keep it, from the first answer of a megabyte on; a long sync then holds a third more
    than it needs, in holes between what is small.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
