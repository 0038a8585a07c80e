"""What all workers of a run have together: what is dear is made by the first who needs it, and read by the others."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

# No name of a setting: programs that are tested inherit it.
_FOLDER = "TESTS_TOGETHER"


def open_folder(config: pytest.Config) -> None:
    """Make the folder, which goes with the run; a worker finds that of the program that started it."""
    if hasattr(config, "workerinput"):
        return
    folder = mkdtemp(prefix="tesorio-together-")
    os.environ[_FOLDER] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@contextmanager
def turn(name: str) -> Iterator[Path]:
    """The path of a file that one worker at a time looks at: whoever finds nothing there makes it."""
    path = Path(os.environ[_FOLDER]) / name
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path
