"""`tesorio demo` for a script: from the built wheel, ended early and late, leaving nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.console import BARE, TESORIO, run_here

ROOT = Path(__file__).parents[1]
SAY = ("demo", "--customers", "20", "--say", "/tesorio customer sun micro", "--say", "/tesorio invoice inv123")


def environment(temporary: Path, **more: str) -> dict[str, str]:
    return {**BARE, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


class TestInterrupted:
    @pytest.mark.parametrize(("number", "wait_seconds"), [(signal.SIGTERM, 0.0), (signal.SIGINT, 1.5)])
    def test_early_and_late_it_ends_clean(
        self, temporary: Path, tmp_path: Path, number: signal.Signals, wait_seconds: float
    ) -> None:
        program = subprocess.Popen(  # noqa: S603 - our own program
            [*TESORIO, "demo", "--port", "0", "--customers", "60"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(temporary),
        )
        while not any(temporary.iterdir()):
            assert program.poll() is None
            time.sleep(0.02)
        time.sleep(wait_seconds)
        program.send_signal(number)
        _, told = program.communicate(timeout=60)
        assert program.returncode in {0, 130}, told
        assert "Traceback" not in told
        assert list(temporary.iterdir()) == []

    def test_in_the_background_of_a_script_a_polite_kill_ends_it_as_well(self, temporary: Path, tmp_path: Path) -> None:
        """Such a program ignores Ctrl-C."""
        ignoring = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execv(sys.executable, {})"
        program = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", ignoring.format([*TESORIO, "demo", "--port", "0", "--customers", "20"])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(temporary),
        )
        while not any(temporary.iterdir()):
            assert program.poll() is None
            time.sleep(0.02)
        program.send_signal(signal.SIGTERM)
        _, told = program.communicate(timeout=60)
        assert program.returncode in {0, 130}, told
        assert "Traceback" not in told
        assert list(temporary.iterdir()) == []

    def test_while_it_is_being_loaded_it_ends_without_a_word(self, tmp_path: Path) -> None:
        """Ctrl-C comes in the middle of an import: that of a library which is not there yet for this program."""
        (tmp_path / "typer.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
        ended = subprocess.run(  # noqa: S603 - our own program
            [*TESORIO, "status"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path, PYTHONPATH=os.pathsep.join((str(tmp_path), str(ROOT)))),
            timeout=60,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


class TestPort:
    def test_a_port_in_use_is_said(
        self, temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert run_here(tmp_path, {}, "demo", "--port", port, "--customers", "20") == 1
        assert f"port {port} is in use; choose another with --port" in capsys.readouterr().err
        assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel, unpacked where no checkout is near."""
    built, folder = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)  # noqa: S603 - our own build
    [wheel] = built.glob("tesorio_bot-*.whl")
    options = ["--no-deps", "--no-index", "--target", str(folder)]
    install = [sys.executable, "-m", "pip", "install", *options, str(wheel)]
    subprocess.run(install, check=True, capture_output=True)  # noqa: S603 - our own wheel
    return folder


class TestWheel:
    def test_carries_what_it_needs_and_no_tests(self, installed: Path) -> None:
        assert (installed / "sandbox" / "slack" / "page" / "index.html").is_file()
        assert list((installed / "store" / "migrations").rglob("*.py"))
        assert not (installed / "tests").exists()
        assert (installed / "bin" / "tesorio").is_file()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A demo that has typed and ended: what it printed, and the folders that it ran in."""

    ended: subprocess.CompletedProcess[str]
    folder: Path
    temporary: Path


@pytest.fixture(scope="module")
def said(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The demo of the wheel, amid settings of which none is the demo's."""
    folder, temporary = tmp_path_factory.mktemp("folder"), tmp_path_factory.mktemp("temporary")
    (folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nNETSUITE_ACCOUNT_ID=REAL\n")
    (folder / "tesorio.toml").write_text("[sync\n")
    foreign = {
        "TESORIO_DATA_DIR": str(folder / "data"),
        "TESORIO_TIMEZONE": "Mars",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "SLACK_BOT_TOKEN": "xoxb-real",
        "NETSUITE_SOAP_URL": "http://127.0.0.1:9/",
        "PYTHONPATH": str(installed),
    }
    where = "import bot, store, sync, sandbox, sys; print([m.__file__ for m in (bot, store, sync, sandbox)])"
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", f"{where}; from bot.cli import main; main()", *SAY],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(temporary, **foreign),
        timeout=100,
    )
    return Said(ended=ended, folder=folder, temporary=temporary)


class TestSay:
    def test_runs_outside_the_checkout(self, said: Said, installed: Path) -> None:
        assert said.ended.stdout.splitlines()[0].count(str(installed) + os.sep) == 4

    def test_prints_both_answers_and_nothing_else(self, said: Said) -> None:
        assert said.ended.returncode == 0, said.ended.stderr
        assert "Sun Microsystems, Inc. owes $" in said.ended.stdout
        assert "Closest match for «inv123»" in said.ended.stdout
        assert said.ended.stderr == ""

    def test_leaves_nothing(self, said: Said) -> None:
        assert list(said.temporary.iterdir()) == []
        assert not (said.folder / "data").exists()
