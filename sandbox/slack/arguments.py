"""A Web API call's arguments: query, form or JSON body, read as one."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.slack.errors import ApiError


class Arguments(Mapping[str, Any]):
    """Typed looks at the arguments of one call. A value in a form may itself be JSON, as clients send `blocks`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        return str(self._values.get(name, default))

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """The text, or the refusal `error` when it is missing or empty."""
        value = self.text(name)
        if not value:
            raise ApiError(error, (f"missing required field: {name}",) if error == "invalid_arguments" else ())
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name, default)
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def count(self, name: str, default: int) -> int:
        try:
            return int(self._values.get(name, default))
        except (TypeError, ValueError):
            raise ApiError("invalid_limit") from None

    def json(self, name: str, error: str) -> Any:
        """The value, parsed when it came as text; None when absent. Unreadable text is the refusal `error`."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    def names(self, name: str) -> tuple[str, ...]:
        """A list given as text with commas, or as a JSON list."""
        value = self._values.get(name, "")
        parts = value if isinstance(value, list) else str(value).split(",")
        return tuple(str(part).strip() for part in parts if str(part).strip())


async def read_arguments(request: web.Request) -> Arguments:
    """Refused: `invalid_json`, and `json_not_object` when the body is another kind of JSON."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        values.update(await _json_body(request))
    elif request.can_read_body:
        values.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    return Arguments(values)


async def _json_body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
