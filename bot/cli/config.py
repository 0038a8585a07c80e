"""`tesorio config`: the settings as the program sees them."""

import json

import typer

from bot.cli.shell import Json, current_settings, print_json, print_table

config = typer.Typer(help="The settings as the program sees them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `config` to the command line."""
    app.add_typer(config, name="config")


@config.command("show")
def show(as_json: Json = False) -> None:
    """The settings in force; secrets are shown as stars."""
    settings = current_settings()
    prefixes = ("TESORIO_", "SLACK_", "NETSUITE_", "SALESFORCE_", "INVOICED_")
    rows: list[dict[str, object]] = [
        {"setting": name, "value": _shown(name, value.get_secret_value())}
        for name, value in sorted(settings.environment.items())
        if name.startswith(prefixes)
    ]
    rows.append({"setting": "data folder", "value": str(settings.data_dir.absolute())})
    rules = masked(settings.rules.model_dump(mode="json"))
    rows.append({"setting": "tesorio.toml", "value": json.dumps(rules, ensure_ascii=False)})
    print_json(rows) if as_json else print_table("Settings", rows)


_OPEN = ("_URL", "_ZONE", "_DIR", "_MODE", "_CONFIG", "_ID", "_VERSION", "_WSDL", "_DOMAIN", "TIMEZONE")


def _shown(name: str, value: str) -> str:
    """A setting's value where its name shows that it is no secret; a URL never with its password."""
    if name == "NETSUITE_TOKEN_ID" or not name.endswith(_OPEN):
        return "*****"
    scheme, separator, rest = value.partition("://")
    return f"{scheme}://*****@{rest.rpartition('@')[2]}" if separator and "@" in rest else value


_SECRET_WORDS = ("secret", "token", "password", "key")


def masked(rules: object) -> object:
    """Rules with stars for what people may have put into the wrong file."""
    if not isinstance(rules, dict):
        return rules
    return {
        name: "*****" if any(word in name.lower() for word in _SECRET_WORDS) else masked(value)
        for name, value in rules.items()
    }
