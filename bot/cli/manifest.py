"""`tesorio manifest`: the Slack app, as a file that Slack reads."""

from typing import Annotated

import typer
import yaml

from bot.cli.shell import CommandError
from bot.manifest import app_manifest


def register(app: typer.Typer) -> None:
    """Add `manifest` to the command line."""
    app.command("manifest")(manifest)


def manifest(
    http: Annotated[
        str, typer.Option(help="For HTTP instead of Socket Mode: the address at which Slack reaches us.")
    ] = "",
) -> None:
    """Print the Slack app manifest; manifest.yml is this output."""
    if http and not http.startswith("https://"):
        raise CommandError("Slack posts to https:// addresses only, such as --http https://tesorio.example.com")
    typer.echo(yaml.safe_dump(app_manifest(http_url=http), sort_keys=False, allow_unicode=True), nl=False)
