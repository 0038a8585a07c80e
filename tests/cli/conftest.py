"""Consoles over stand-ins that `tesorio sandbox` runs: the settings that it prints are the settings of the tests."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import takewhile
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.cli.console import BARE, TESORIO, Console, run_here

_CUSTOMERS = "20"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Running stand-ins; the settings that point at them."""
    folder = tmp_path_factory.mktemp("sandbox")
    program = subprocess.Popen(  # noqa: S603 - our own program
        [*TESORIO, "sandbox", "--port", "0", "--customers", _CUSTOMERS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**BARE, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert program.stdout is not None
    assert program.stderr is not None
    with contextlib.closing(program.stdout), contextlib.closing(program.stderr):
        lines = takewhile(lambda line: not line.startswith("#"), program.stdout)
        yield {name: value or "" for name, value in dotenv_values(stream=StringIO("".join(lines))).items()}
        program.terminate()
        told = program.stderr.read()
        assert program.wait(timeout=60) == 0, told
        assert "Traceback" not in told


@pytest.fixture(scope="session")
def synced(sandbox: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `data` a first sync has filled: a program of its own, so that what it makes has its rights."""
    folder = tmp_path_factory.mktemp("synced")
    (folder / "data").mkdir(mode=0o700)
    assert run_here(folder, sandbox, "connect", "netsuite") == 0
    ended = subprocess.run(  # noqa: S603 - our own program
        [*TESORIO, "sync", "netsuite"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**BARE, **sandbox, "PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Console:
    """A console in an empty folder where nothing is set."""
    return Console(tmp_path, {}, capsys)


@pytest.fixture
def upgraded(bare: Console, sqlite_template: Path) -> Console:
    """The same with a store, as `tesorio db upgrade` makes it; nothing is in it."""
    data = bare.folder / "data"
    data.mkdir(mode=0o700)
    shutil.copyfile(sqlite_template, data / "store.sqlite")
    (data / "store.sqlite").chmod(0o600)
    return bare


@pytest.fixture
def console(sandbox: Mapping[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Console:
    """A console in an empty folder whose settings point at the stand-ins."""
    return Console(tmp_path, sandbox, capsys)


@pytest.fixture
def filled(console: Console, synced: Path) -> Console:
    """The same over a copy of the synced folder."""
    shutil.copytree(synced, console.folder, dirs_exist_ok=True)
    return console
