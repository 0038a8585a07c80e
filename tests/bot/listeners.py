"""Every listener that the features register, gathered without registering it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from slack_bolt.app.async_app import AsyncApp

from bot.app import FEATURES
from bot.deps import Deps
from bot.feature import Feature


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """`kind` is the method of the app that it was registered with, `name` what it listens to."""

    kind: str
    name: str


@dataclass
class Registrar:
    """Stands where the app does: takes what is registered, and hands `listener` on, or another in its place."""

    app: AsyncApp | None = None
    instead: Callable[..., Any] | None = None
    found: list[Listener] = field(default_factory=list)

    def __getattr__(self, kind: str) -> Callable[..., Callable[[Any], Any]]:
        def named(name: Any) -> Callable[[Any], Any]:
            self.found.append(Listener(kind=kind, name=_name(name)))

            def register(listener: Any) -> Any:
                return listener if self.app is None else getattr(self.app, kind)(name)(self.instead or listener)

            return register

        return named


def listeners(features: Iterable[Feature] = FEATURES) -> tuple[Listener, ...]:
    """All of them, in the order in which they are registered."""
    registrar = Registrar()
    for feature in features:
        feature.register(cast("AsyncApp", registrar), cast("Deps", None))
    return tuple(registrar.found)


def _name(constraint: Any) -> str:
    """What a listener is for; a constraint may be a mapping that says more."""
    if isinstance(constraint, dict):
        return str(constraint.get("action_id") or constraint.get("callback_id") or constraint["type"])
    return str(constraint)
