"""An account's currencies and custom fields by SuiteQL, which every other record needs."""

from decimal import Decimal, InvalidOperation

import structlog

from sync.connectors.netsuite.currencies import Currencies, currencies_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.ask import Asker
from sync.connectors.netsuite.suiteql.client import Row
from sync.connectors.netsuite.suiteql.company_tables import CURRENCIES, CUSTOM_FIELDS
from sync.connectors.netsuite.suiteql.fields import Field, fields_of, told_of
from sync.connectors.netsuite.suiteql.kinds import KINDS
from sync.connectors.netsuite.suiteql.parts import flag, without_nulls
from sync.connectors.netsuite.suiteql.related import Rates
from sync.errors import NotPermittedError

_log = structlog.get_logger(__name__)


async def read_currencies(ask: Asker, *, default: str | None) -> tuple[Currencies, Rates]:
    """The account's currencies, with what each costs today. Raises SourceError.

    An account that may not or cannot list them needs the setting `default`.
    """
    try:
        rows = await ask.all_after(CURRENCIES, {}, "id")
    except NotPermittedError as error:
        if default is None:
            raise NotPermittedError(f"Lists > Currency, or set [netsuite] currency: {error.detail}") from None
        return Currencies(codes={}, default=default), Rates()
    base = [row["id"] for row in rows if row.get("isbasecurrency") == "T" and "id" in row]
    prices = {row["id"]: price for row in rows if "id" in row and (price := _price(row)) is not None}
    rates = Rates(base=base[0] if len(base) == 1 else None, prices=prices)
    return currencies_of(map(_currency, rows), default=default), rates


async def read_fields(ask: Asker, kind: str) -> tuple[tuple[Field, ...], bool]:
    """The custom fields on records of a kind, by their schemas, and whether these were told.

    None are of records that the role may not see, which does not say that there are none.
    """
    told = told_of(await _told(ask))
    found: dict[str, Field] = {}
    is_whole = True
    for record in KINDS[kind].records:
        try:
            schema = await ask.rest.schema(record)
        except NotPermittedError as error:
            _log.info("netsuite.schema", record=record, error=str(error))
            is_whole = False
            continue
        found |= {one.script_id: one for one in fields_of(kind, schema, told)}
    return tuple(found.values()), is_whole


async def _told(ask: Asker) -> list[Row]:
    try:
        return await ask.all_after(CUSTOM_FIELDS, {}, "internalid")
    except NotPermittedError as error:
        _log.info("netsuite.custom_fields", error=str(error))
        return []


def _currency(row: Row) -> Tree:
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "symbol": row.get("symbol"),
            "isBaseCurrency": flag(row, "isbasecurrency"),
        }
    )


def _price(row: Row) -> Decimal | None:
    try:
        price = Decimal(row.get("exchangerate", ""))
    except InvalidOperation:
        return None
    return price if price.is_finite() and price > 0 else None
