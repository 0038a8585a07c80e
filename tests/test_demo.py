"""`tesorio demo` for a script: from the checkout and from the built wheel, leaving nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.console import BARE, TESORIO

ROOT = Path(__file__).parents[1]
SAY = ("demo", "--customers", "20", "--say", "/tesorio customer sun micro", "--say", "/tesorio invoice inv123")


def environment(temporary: Path, **more: str) -> dict[str, str]:
    return {**BARE, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT), **more}


def both_answers(out: str) -> bool:
    return "Sun Microsystems, Inc. owes $" in out and "Closest match for «inv123»" in out


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


class TestSay:
    def test_prints_both_answers_and_leaves_nothing(self, temporary: Path, tmp_path: Path) -> None:
        """Whatever is set around it: none of that is the demo's."""
        (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nNETSUITE_ACCOUNT_ID=REAL\n")
        (tmp_path / "tesorio.toml").write_text("[sync\n")
        foreign = {
            "TESORIO_DATA_DIR": str(tmp_path / "data"),
            "TESORIO_TIMEZONE": "Mars",
            "SLACK_API_URL": "http://127.0.0.1:9/api/",
            "SLACK_BOT_TOKEN": "xoxb-real",
            "NETSUITE_SOAP_URL": "http://127.0.0.1:9/",
        }
        ended = subprocess.run(  # noqa: S603 - our own program
            [*TESORIO, *SAY],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment(temporary, **foreign),
            timeout=100,
        )
        assert ended.returncode == 0, ended.stderr
        assert both_answers(ended.stdout)
        assert "Traceback" not in ended.stderr
        assert ended.stderr == ""
        assert list(temporary.iterdir()) == []
        assert not (tmp_path / "data").exists()


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
        _, told = program.communicate(timeout=20)
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
            timeout=20,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


class TestPort:
    def test_a_port_in_use_is_said(self, temporary: Path, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            ended = subprocess.run(  # noqa: S603 - our own program
                [*TESORIO, "demo", "--port", port, "--customers", "20"],
                capture_output=True,
                text=True,
                check=False,
                cwd=tmp_path,
                env=environment(temporary),
                timeout=60,
            )
        assert ended.returncode == 1
        assert f"port {port} is in use; choose another with --port" in ended.stderr
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
    def test_runs_the_demo_outside_the_checkout(self, installed: Path, temporary: Path, tmp_path: Path) -> None:
        where = "import bot, store, sync, sandbox, sys; print([m.__file__ for m in (bot, store, sync, sandbox)])"
        code = f"{where}; from bot.cli import main; main()"
        ended = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", code, *SAY],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment(temporary, PYTHONPATH=str(installed)),
            timeout=100,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.splitlines()[0].count(str(installed) + os.sep) == 4
        assert both_answers(ended.stdout)

    def test_carries_what_it_needs_and_no_tests(self, installed: Path) -> None:
        assert (installed / "sandbox" / "slack" / "page" / "index.html").is_file()
        assert list((installed / "store" / "migrations").rglob("*.py"))
        assert not (installed / "tests").exists()
        assert (installed / "bin" / "tesorio").is_file()
