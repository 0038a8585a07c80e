"""Money as integer minor units of an ISO 4217 currency; Decimal only while text is parsed or formatted."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

# ISO 4217, table A.1: the currencies whose minor unit is not a hundredth. CLDR's digits are display habits and
# differ (it shows RSD or AFN without decimals), so they cannot serve for bookkeeping.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}

_OTHERS = tuple(sorted(set(_EXPONENTS.values())))

# SQLite and PostgreSQL both add in signed 64-bit integers: of the largest amounts that are kept, nine hundred can be
# added. No invoice comes near; what is larger is a slip of the hand that would break the sums of everybody.
_MAX_MINOR = 10**16


class InvalidAmountError(ValueError):
    """The text is not an amount of this currency: not a finite number, too many decimals, or too large."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Money:
    """An amount: `minor` units (cents, yen, fils) of `currency` (ISO 4217 code)."""

    currency: str
    minor: int

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency} cannot be added without a rate"
            raise ValueError(msg)
        return Money(currency=self.currency, minor=self.minor + other.minor)

    def __sub__(self, other: "Money") -> "Money":
        return self + Money(currency=other.currency, minor=-other.minor)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has (ISO 4217): USD 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def exponents() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The exponents other than two, each with its currencies."""
    return tuple((each, tuple(code for code in _EXPONENTS if _EXPONENTS[code] == each)) for each in _OTHERS)


# What nearly every amount looks like. It fits, and what it stands for can be had without Decimal, which takes
# ten times as long: a ledger has millions of amounts.
_PLAIN = {
    decimals: re.compile(rf"-?[0-9]{{1,11}}(?:\.[0-9]{{1,{decimals}}})?" if decimals else r"-?[0-9]{1,11}")
    for decimals in (2, *_OTHERS)
}


def money_from_text(text: str, currency: str) -> Money:
    """Money from a plain decimal such as «1234.5» (point as decimal sign, no grouping) or an XML double («1.5E3»).

    Raises InvalidAmountError for NaN, infinities, empty text, grouping, and decimals finer than the currency's
    minor unit: an amount is never rounded in silence. Zeros beyond the exponent are harmless and accepted.
    """
    return (_known if len(text) <= _SHORT else _read)(text, currency)


def _read(text: str, currency: str) -> Money:
    decimals = exponent(currency)
    if _PLAIN[decimals].fullmatch(text):
        whole, _, fraction = text.partition(".")
        return Money(currency=currency, minor=int(whole + fraction.ljust(decimals, "0")))
    try:
        # Python groups digits with «_».
        amount = Decimal(text.replace("_", ","))
    except InvalidOperation:
        raise InvalidAmountError(f"«{text[:40]}» is not an amount") from None
    if not amount.is_finite() or amount.adjusted() > len(str(_MAX_MINOR)):
        raise InvalidAmountError(f"«{text[:40]}» is not an amount that can be kept")
    minor = int(amount.scaleb(decimals))
    # Compared backwards: scaling rounds to 28 digits, comparing does not.
    if Decimal(minor).scaleb(-decimals) != amount:
        raise InvalidAmountError(f"«{text[:40]}» has more decimals than {currency} knows")
    if abs(minor) > _MAX_MINOR:
        raise InvalidAmountError(f"«{text[:40]}» is too large to be kept")
    return Money(currency=currency, minor=minor)


# What is open of an invoice is mostly its total, and much is nothing at all. Only a text beyond reason is longer.
_SHORT = 24
_known = lru_cache(maxsize=10_000)(_read)
