"""The command line as people and scripts use it: arguments in, exit code and two streams out."""

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import build, exit_code

# What a shell that knows nothing of this product has.
BARE = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
TESORIO = (sys.executable, "-m", "bot")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Console:
    """A folder and an environment, in which commands run in this process: quick, with real sockets behind."""

    def __init__(self, folder: Path, environment: Mapping[str, str], capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.environment = folder, dict(environment)
        self._capture = capture

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        self._capture.readouterr()
        code = run_here(self.folder, self.environment | environment, *arguments)
        out, err = self._capture.readouterr()
        return Ended(code=code, out=out, err=err)


def run_here(folder: Path, environment: Mapping[str, str], *arguments: str) -> int:
    """Run a command in this process; its exit code."""
    with pytest.MonkeyPatch.context() as patch, chdir(folder), _own_log():
        for name in os.environ:
            if name.startswith(("TESORIO_", "SLACK_", "NETSUITE_")):
                patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["tesorio", *arguments])
        return exit_code(build(arguments))


@contextmanager
def _own_log() -> Iterator[None]:
    """Take back what a command sets up: its handler writes to a stream that is closed when the test ends."""
    loggers = [logging.getLogger(name) for name in (None, "bot", "sync", "store")]
    kept = [(logger, list(logger.handlers), logger.level) for logger in loggers]
    try:
        yield
    finally:
        for logger, handlers, level in kept:
            logger.handlers[:] = handlers
            logger.setLevel(level)
