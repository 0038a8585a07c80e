"""What `tesorio doctor` finds, looked for once a day by the program that runs: Home shows it to admins."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.cli.house import ailments, findings
from bot.root.assistant import Assistant
from bot.settings import Settings
from store.checkups import Ailment, keep_checkup, last_checkup
from sync.errors import SourceError

_EVERY = timedelta(days=1)
# At the start everything is busy, and whoever starts it often has asked the doctor a moment ago.
_NOT_BEFORE = timedelta(minutes=10)
_LOOK_SECONDS = 60.0
# A system that gives no answer at all is told of by its readings and deliveries.
_UNREACHABLE = (SourceError, SlackApiError, aiohttp.ClientError, OSError)
_log = logging.getLogger(__name__)


@asynccontextmanager
async def daily_checkups(assistant: Assistant, settings: Settings) -> AsyncIterator[None]:
    """While the block lasts, everything is looked at when nobody did for a day."""
    look = partial(check_up, assistant, settings, assistant.deps.clock())
    async with assistant.deps.services.beside("checkups", look, partial(asyncio.sleep, _LOOK_SECONDS)):
        yield


async def check_up(assistant: Assistant, settings: Settings, began: datetime) -> None:
    """Look at everything, if it is time to, and keep what is wrong. Raises StoreError."""
    now = assistant.deps.clock()
    async with assistant.deps.store.read() as conn:
        last = await last_checkup(conn)
    if now - began < _NOT_BEFORE or (last is not None and now - last.at < _EVERY):
        return
    try:
        found = ailments(await findings(settings, assistant.sources))
    except _UNREACHABLE as error:
        _log.warning("not everything could be looked at: %s", type(error).__name__)
        why = f"could not look at everything ({type(error).__name__})"
        found = (Ailment(check="doctor", detail=why, remedy="Run `tesorio doctor`."),)
    async with assistant.deps.store.write() as conn:
        await keep_checkup(conn, now, found)
