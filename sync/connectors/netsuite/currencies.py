"""The account's currencies: records name them by internal id, money needs their ISO 4217 codes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import GetAll
from sync.connectors.netsuite.values import boolean, text
from sync.errors import NotPermittedError

_ISO_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Currencies:
    """ISO codes by internal id, and the one that is meant where a record names none."""

    codes: Mapping[str, str]
    default: str | None


async def read_currencies(client: SuiteTalkClient, *, default: str | None) -> Currencies:
    """Ask for the currency list. An account that may not or cannot list them needs the setting `default`."""
    try:
        answer = await client.call(GetAll(record_type="currency"), lambda tree: tree)
    except NotPermittedError as error:
        if default is None:
            raise NotPermittedError(f"Lists > Currency, or set [netsuite] currency: {error.detail}") from None
        return Currencies(codes={}, default=default)
    return currencies_of(answer.records, default=default)


def currencies_of(records: Iterable[Tree], *, default: str | None) -> Currencies:
    """The codes of Currency records; one whose symbol is no ISO code is left out, so its records are quarantined."""
    coded = [(record, (text(record, "symbol") or "").upper()) for record in records]
    usable = [(record, code) for record, code in coded if _ISO_CODE.fullmatch(code)]
    base = {code for record, code in usable if boolean(record, "isBaseCurrency")}
    only_base = next(iter(base)) if len(base) == 1 else None
    return Currencies(
        codes={str(record.get("@internalId")): code for record, code in usable}, default=default or only_base
    )
