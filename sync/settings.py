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
    names = {field.alias for field in model.model_fields.values() if field.alias}
    values: dict[str, Any] = {name: env[name].strip() for name in names if env.get(name, "").strip()}
    try:
        return model.model_validate(values | {key: value for key, value in rules.items() if key not in names})
    except ValidationError as error:
        problems = tuple(_problem(dict(one), names, hints, table) for one in error.errors(include_input=False))
    raise SettingsError(problems)


def _problem(error: Mapping[str, Any], names: set[str], hints: Mapping[str, str], table: str) -> str:
    path = ".".join(str(part) for part in error["loc"])
    setting = path if path in names or not path else f"[{table}] {path}"
    reason = "is missing" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")
    hint = f" ({hints[path]})" if path in hints else ""
    return f"{setting}: {reason}{hint}"
