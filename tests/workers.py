"""Which tests run on one worker: those that share a program would else have one started on every worker."""

import re

import pytest
from xdist.scheduler import LoadFileScheduling

# By the file's path from the root. These start programs of their own.
_ALONE = re.compile(r"tests/cli/test_(run|stop)\.py")
_SHARED = {
    "a browser, with the demo in it": re.compile(r"tests/(demo|bot/in_browser|sandbox/page)/\w+\.py"),
    "the schema of a genuine NetSuite": re.compile(r"tests/(sandbox|sync)/netsuite/test_genuine\w*\.py"),
    "stand-ins for the command line": re.compile(r"tests/cli/\w+\.py"),
}


def worker_of(path: str) -> str:
    """The same for files whose tests belong on one worker."""
    if _ALONE.fullmatch(path):
        return path
    return next((name for name, files in _SHARED.items() if files.fullmatch(path)), path)


class ByPrograms(LoadFileScheduling):  # type: ignore[misc]  # it ships no type information
    """Files one by one, and those that share a program together."""

    def _split_scope(self, nodeid: str) -> str:
        return worker_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByPrograms | None:
    """Only for `--dist loadfile`, whose promise it keeps."""
    return ByPrograms(config, log) if config.getoption("dist") == "loadfile" else None
