"""A program that takes requests beside the test's own: it shares the store and the workspace with it.

`python -m tests.doors.other_door STORE_URL API_URL BOT_TOKEN` says «ready» and serves until its input ends.
"""

import asyncio
import sys

from bot.slack.client import SlackClient
from store.db import Store
from tests.doors.rig import open_socket, posting_app


async def serve(store_url: str, api_url: str, token: str) -> None:
    store = Store(store_url)
    client = SlackClient(token=token, base_url=api_url, retry_handlers=[])
    async with open_socket(posting_app(client), client, store, holder="other"):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    await store.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
