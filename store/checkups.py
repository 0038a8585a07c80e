"""What the last look at the whole installation found wrong: for those who never see the command line."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from store.db import ReadConnection, WriteConnection
from store.facts import keep_fact, read_fact

_NAME = "doctor.checkup"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ailment:
    """One thing that was not in order, and what to do about it."""

    check: str
    detail: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkup:
    """A look at everything, and when it was; without ailments all was well."""

    at: datetime
    ailments: tuple[Ailment, ...] = ()


async def keep_checkup(conn: WriteConnection, at: datetime, ailments: Sequence[Ailment]) -> None:
    """Keep what was found, in place of what was found before."""
    await keep_fact(conn, _NAME, json.dumps({"at": at.isoformat(), "ailments": [asdict(each) for each in ailments]}))


async def last_checkup(conn: ReadConnection) -> Checkup | None:
    """What was found last; None before the first time."""
    kept = await read_fact(conn, _NAME)
    if kept is None:
        return None
    known = json.loads(kept)
    ailments = tuple(Ailment(**each) for each in known["ailments"])
    return Checkup(at=datetime.fromisoformat(known["at"]), ailments=ailments)
