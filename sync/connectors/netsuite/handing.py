"""Handing records to another process by the values of their slots: half the work of dataclasses' own way.

Each thing goes in one piece behind its length, so that its reader takes it from the pipe in few and large portions:
between two of them it may have to wait for Python's lock.
"""

import io
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from types import MemberDescriptorType
from typing import IO, Any

_LENGTH_BYTES = 8


def hand(found: object, to: IO[bytes]) -> None:
    """Write it so that `handed` reads it."""
    piece = io.BytesIO()
    piece.write(bytes(_LENGTH_BYTES))
    _Pickler(piece, pickle.HIGHEST_PROTOCOL).dump(found)
    with piece.getbuffer() as written:
        written[:_LENGTH_BYTES] = (len(written) - _LENGTH_BYTES).to_bytes(_LENGTH_BYTES)
        to.write(written)
    to.flush()


def handed(by: IO[bytes]) -> Any:
    """What was written next. Raises EOFError when the pipe ends before it does."""
    length = int.from_bytes(_whole(by, _LENGTH_BYTES))
    return pickle.loads(_whole(by, length))  # noqa: S301 - from a process of ours


def _whole(by: IO[bytes], length: int) -> bytes:
    found = by.read(length)
    if len(found) < length:
        raise EOFError
    return found


class _Pickler(pickle.Pickler):
    def reducer_override(self, found: Any) -> Any:
        kind: Any = type(found)
        values = _values(kind)
        return NotImplemented if values is None else (_made, (kind, values(found)))


def _made(made_of: type, values: tuple[Any, ...]) -> object:
    """The record of these values. They were checked when it was made first."""
    made: object = object.__new__(made_of)
    for place, value in zip(_places(made_of), values, strict=True):
        place(made, value)
    return made


@cache
def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]] | None:
    """What tells the values of a record's slots, in their order; None for what is no record with slots."""
    names = _names(kind)
    # Of a single one it would tell the bare value.
    return attrgetter(*names) if len(names) > 1 and len(_places(kind)) == len(names) else None


@cache
def _places(kind: Any) -> tuple[Callable[[object, Any], None], ...]:
    slots = (getattr(kind, name, None) for name in _names(kind))
    return tuple(slot.__set__ for slot in slots if isinstance(slot, MemberDescriptorType))


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
