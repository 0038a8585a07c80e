"""Currency, as listAcct:Currency: the only place where the ISO code is said."""

from sandbox.ledger.records import Currency
from sandbox.ledger.setup import BASE_CURRENCY
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import boolean, text


def currency_xml(currency: Currency, writer: Writer) -> str:
    # The enumeration has no value for three decimals, so such a currency leaves its precision out.
    precision = {0: "_zero", 2: "_two"}.get(currency.exponent)
    said = f"<listAcct:currencyPrecision>{precision}</listAcct:currencyPrecision>" if precision else ""
    return (
        f"{writer.opening('listAcct', 'accounting', 'Currency', currency.id)}"
        f"<listAcct:name>{text(currency.name)}</listAcct:name><listAcct:symbol>{currency.code}</listAcct:symbol>"
        f"<listAcct:isBaseCurrency>{boolean(currency.code == BASE_CURRENCY)}</listAcct:isBaseCurrency>"
        "<listAcct:isInactive>false</listAcct:isInactive>"
        f"<listAcct:displaySymbol>{text(currency.display_symbol)}</listAcct:displaySymbol>"
        f"<listAcct:exchangeRate>{currency.exchange_rate:f}</listAcct:exchangeRate>{said}</platformCore:record>"
    )
