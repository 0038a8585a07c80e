"""Each benchmark runs, at a size at which its figures mean nothing, and says what it found in the agreed form."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main

_ROOT = Path(__file__).parents[2]
_SIZES = {
    "netsuite_pull": 10,
    "pull_memory": 200,
    "salesforce_pull": 100,
    "slack_path": 20,
    "store_upsert": 100,
    "sync_and_answer": 40,
}
# These start whole assistants or read with a second client, each in a process of its own.
_SLOW = {"netsuite_pull", "pull_memory", "salesforce_pull", "slack_path", "sync_and_answer"}
_NAMES = [pytest.param(name, marks=[pytest.mark.soak] if name in _SLOW else []) for name in _SIZES]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603 - our own program


class TestBenchmark:
    @pytest.mark.parametrize("name", _NAMES)
    def test_prints_what_it_compared(self, name: str) -> None:
        done = _run(name, "--json", "--size", str(_SIZES[name]))
        result: dict[str, Any] = json.loads(done.stdout)
        assert result.keys() == {"name", "figures", "ratio", "goal", "ok"}
        assert result["name"] == name
        assert result["ratio"] > 0
        assert all(value >= 0 for value in result["figures"].values())
        assert done.returncode == (0 if result["ok"] else 1)

    def test_unknown_name_is_wrong_usage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["benchmarks", "nothing"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
