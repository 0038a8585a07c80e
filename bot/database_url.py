"""The database's address: what may be set, and the same address for the driver of the durable work's engine."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_POSTGRES = "postgresql+asyncpg"
# What may stand behind «?»: what both drivers understand alike.
_PARAMETERS: dict[str, tuple[str, ...]] = {"sqlite+aiosqlite": (), _POSTGRES: ("host", "port", "ssl", "user")}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def checked_url(value: str) -> str:
    """The address as it was set. Raises ValueError, whose sentence repeats no part of it but parameters' names."""
    url = _parsed(value)
    if url.drivername not in _PARAMETERS:
        raise ValueError("this database is not supported")
    known = _PARAMETERS[url.drivername]
    unknown = sorted(set(url.query) - set(known))
    if unknown:
        allowed = f"known are {', '.join(known)}" if known else "there is none for SQLite"
        raise ValueError(f"no parameter is called {', '.join(unknown)}; {allowed}")
    if url.query.get("ssl", _SSL_MODES[0]) not in _SSL_MODES:
        raise ValueError(f"the parameter ssl is one of {', '.join(_SSL_MODES)}")
    return value


def blocking_url(value: str) -> str | None:
    """A PostgreSQL address for psycopg, which calls `sslmode` what asyncpg calls `ssl`; None for SQLite."""
    url = _parsed(value)
    if url.drivername != _POSTGRES:
        return None
    query = {"sslmode" if name == "ssl" else name: part for name, part in url.query.items()}
    return url.set(drivername="postgresql+psycopg", query=query).render_as_string(hide_password=False)


def _parsed(value: str) -> URL:
    try:
        return make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("this is not the address of a database") from None
