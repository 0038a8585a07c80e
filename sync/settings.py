"""Settings of a connector: read from a mapping, wrong ones told all at once and never with their value."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_Model = TypeVar("_Model", bound=BaseModel)


class SettingsError(ValueError):
    """Settings are missing or malformed. `problems` has one sentence for each of them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def settings_from(
    model: type[_Model], env: Mapping[str, str], rules: Mapping[str, Any], *, hints: Mapping[str, str], table: str
) -> _Model:
    """The model filled from the environment (fields with an alias) and from a table of `tesorio.toml` (the others).

    Blank variables count as missing. `hints` says per variable where a person gets its value. Raises SettingsError.
    """
    names = {name: field.alias for name, field in model.model_fields.items() if field.alias}
    values: dict[str, Any] = {name: env[name].strip() for name in names.values() if env.get(name, "").strip()}
    try:
        return model.model_validate(values | {key: value for key, value in rules.items() if key not in names.values()})
    except ValidationError as error:
        problems = tuple(_problem(dict(one), names, hints, table) for one in error.errors(include_input=False))
    raise SettingsError(problems)


def _problem(error: Mapping[str, Any], names: Mapping[str, str], hints: Mapping[str, str], table: str) -> str:
    said = ".".join(str(part) for part in error["loc"])
    # A default that is none is told by the name of its field.
    path = names.get(said, said)
    setting = path if path in names.values() or not path else f"[{table}] {path}"
    reason = "is missing" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")
    hint = f" ({hints[path]})" if path in hints else ""
    return f"{setting}: {reason}{hint}"
