"""What ends a command that runs until it is told to stop."""

import asyncio
import signal


async def stop_signal() -> None:
    """Wait for SIGINT or SIGTERM."""
    await on_stop_signal().wait()


def on_stop_signal() -> asyncio.Event:
    """What SIGINT or SIGTERM sets from now on. A second one ends the process at once: nothing accepted is lost."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_signal() -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    return stop
