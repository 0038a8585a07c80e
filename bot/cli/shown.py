"""What several commands show or advise alike; it needs nothing that takes long to load."""

from store.runs import SyncRun

INSTALL_AGAIN = "Install the app again, put its new token into SLACK_BOT_TOKEN, and restart."


def run_row(run: SyncRun) -> dict[str, object]:
    """A run as `tesorio sync` and `tesorio status` show it."""
    return {
        "stream": run.stream,
        "outcome": run.outcome.value,
        "inserted": run.inserted,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "deleted": run.deleted,
        "skipped": run.skipped,
        "quarantined": run.quarantined,
        "pages": run.pages,
        "error": run.error,
    }
