"""`tesorio`, also as `python -m bot`."""

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run one command; see `bot.cli.main`. Ctrl-C ends it quietly even while it is still being loaded."""
    try:
        from bot.cli import main as run_command  # noqa: PLC0415 - loading it takes a second, in which Ctrl-C may come

        run_command()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
