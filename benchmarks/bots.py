"""The two bots that are compared: the real one, and the least that Bolt can be."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.processes import Line
from bot.root.assistant import Assistant, open_assistant
from bot.rules import Rules
from bot.settings import settings_from
from store.work import WorkState

_LOOK_SECONDS = 0.2
_TOKENS = {"SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_APP_TOKEN": "xapp-bench"}
# One person types all that is timed.
_RULES = Rules.model_validate({"slack": {"commands_per_minute": 10_000_000}})


async def empty_bot(line: Line, api_url: str) -> None:
    """Bolt as it comes, with a handler that only acknowledges and says «ok»."""
    client = AsyncWebClient(token=_TOKENS["SLACK_BOT_TOKEN"], base_url=api_url)
    app = AsyncApp(client=client, request_verification_enabled=False)

    async def handle(ack: Any, respond: Any) -> None:
        await ack()
        await respond("ok")

    app.command("/tesorio")(handle)
    handler = AsyncSocketModeHandler(app, app_token=_TOKENS["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]  # bolt leaves it without types
    await line.hear_the_end()
    await handler.close_async()  # type: ignore[no-untyped-call]  # likewise


async def assistant(line: Line, api_url: str, folder: Path, environment: dict[str, str]) -> None:
    """The real one, over the store in the folder. Told a source's name it pulls that, and says when it is done."""
    settings = settings_from(
        _TOKENS | {"SLACK_API_URL": api_url, "TESORIO_DATA_DIR": str(folder)} | environment, _RULES
    )
    async with open_assistant(settings) as opened:
        if opened.deps.index is not None:
            await opened.deps.index.refresh(opened.deps.store)
        line.tell("ready")
        with suppress(EOFError):
            while True:
                source = await line.hear()
                await opened.pull(source, "bench")
                line.tell(await _ended(opened, "bench"))


async def _ended(opened: Assistant, work_id: str) -> WorkState:
    while True:
        state = await opened.work.status(work_id)
        if state in {WorkState.DONE, WorkState.FAILED}:
            return state
        await asyncio.sleep(_LOOK_SECONDS)
