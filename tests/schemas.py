"""NetSuite's schemas, parsed once per run: each source of a test would parse the same ones for itself."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from sync.connectors.netsuite import envelopes
from sync.connectors.netsuite.envelopes import Envelopes

# A stand-in has a port of its own, and nothing is asked of the address that the schemas name.
_ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")


def share_schemas() -> None:
    """From now on, in this process, files with the same content are parsed once; those that are refused, each time."""
    parse: Callable[[Envelopes], tuple[Any, Any]] = Envelopes._load
    parsed: dict[tuple[str, ...], tuple[Any, Any]] = {}
    # What is shared changes while envelopes are built, so their builders take turns.
    turn = Lock()

    def load(asking: Envelopes) -> tuple[Any, Any]:
        key = (asking._wsdl.name, asking._version, _content(asking._wsdl.parent))
        if key not in parsed:
            parsed[key] = parse(asking)
        return parsed[key]

    # The one place that every source comes by.
    patch = pytest.MonkeyPatch()
    patch.setattr(Envelopes, "_load", load)
    patch.setattr(envelopes, "Lock", lambda: turn)


def _content(folder: Path) -> str:
    """What lies in the folder, by name."""
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".wsdl", ".xsd"}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(_ADDRESS.sub(b"", path.read_bytes()) + b"\0")
    return digest.hexdigest()
