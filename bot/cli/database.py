"""`tesorio db`: the store's schema."""

import typer

from bot.cli.shell import current_settings, run_async, say
from bot.root.data import private_folder, require_store
from store import migrate
from store.db import Store

database = typer.Typer(help="The store's schema.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `db` to the command line."""
    app.add_typer(database, name="db")


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to this program's schema."""

    async def work() -> None:
        settings = current_settings()
        private_folder(settings.data_dir)
        store = Store(settings.database_url)
        try:
            await migrate.upgrade(store)
        finally:
            await store.close()
        say("The database has this program's schema.")

    run_async(work)


@database.command("check")
def check() -> None:
    """Say whether the database has this program's schema; exit code 1 when it has not."""

    async def work() -> None:
        settings = current_settings()
        require_store(settings)
        store = Store(settings.database_url)
        try:
            await migrate.check(store)
        finally:
            await store.close()
        say("The database has this program's schema.")

    run_async(work)
