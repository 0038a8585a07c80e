"""One running demo for all files here, and a window on it: they do what a person does there."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.browser import SlackPage

_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+/")


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def demo_address() -> AsyncIterator[str]:
    """A running demo on a free port; when the tests are over, Ctrl-C must end it in peace."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0", "--customers", "60"), stderr=PIPE, env={**os.environ}
    )
    if demo.stderr is None:
        raise AssertionError("stderr was asked for")
    told = b""
    async with asyncio.timeout(120):
        while not (found := _ADDRESS.search(told)):
            line = await demo.stderr.readline()
            assert line, told.decode()
            told += line
    yield found[0].decode()
    with contextlib.suppress(ProcessLookupError):
        demo.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        told += await demo.stderr.read()
        assert await demo.wait() in {0, 130}
    assert b"Traceback" not in told, told.decode()


@pytest_asyncio.fixture(loop_scope="session")
async def page(demo_address: str, window: SlackPage) -> AsyncIterator[SlackPage]:
    """Ana's window on the demo."""
    async with window.at(demo_address) as page:
        yield page
