"""Amounts in a currency's minor unit, and the tax inside them. Pure.

What people pay are whole prices, tax included. One rate holds for a document; its tax is taken out of the
document's total, once, and rounded half up to the minor unit: so net + tax = gross always, and adding up lines
cannot drift. Parts of a document (credit notes) round what has been credited so far, not themselves: however it is
cut up, the parts sum to the whole.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from common.errors import Invalid

# ISO 4217: how many digits the minor unit has, where it is not two.
_NO_DIGITS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"}
    | {"RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# Basis points: 1900 is 19 %.
WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An amount, and what of it is tax; net + tax = gross."""

    net: int
    tax: int
    gross: int


def split(gross: int, rate: int) -> Split:
    """Take the tax out of an amount that includes it; `rate` in basis points."""
    divisor = WHOLE + rate
    net = (2 * gross * WHOLE + divisor) // (2 * divisor)
    return Split(net=net, tax=gross - net, gross=gross)


def split_part(gross: int, rate: int, *, before: int) -> Split:
    """The same for a part of a whole, `before` of which was split already."""
    sooner, later = split(before, rate), split(before + gross, rate)
    return Split(net=later.net - sooner.net, tax=later.tax - sooner.tax, gross=gross)


def digits_of(currency: str) -> int:
    """How many digits the minor unit of a currency has."""
    code = currency.upper()
    return 0 if code in _NO_DIGITS else 3 if code in _THREE_DIGITS else 2


def as_written(amount: int, currency: str) -> str:
    """`1,234.50 EUR`: the ISO code leaves nobody guessing which dollar it is."""
    digits = digits_of(currency)
    return f"{Decimal(amount).scaleb(-digits):,.{digits}f} {currency.upper()}"


def read_amount(text: str, currency: str) -> int:
    """The minor units of `12.50`; raises Invalid for what is no amount of this currency."""
    digits = digits_of(currency)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text, re.ASCII):
        raise Invalid(f"{text!r} is no amount. Write it like 12.50, with a point and no sign.")
    scaled = Decimal(text).scaleb(digits)
    if scaled != int(scaled):
        raise Invalid(f"{text} has more digits than {currency.upper()} knows: it has {digits} behind the point.")
    return int(scaled)


def rate_of(percent: str) -> int:
    """Basis points of `8.1`; raises ValueError unless it is between 0 and 100."""
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", percent, re.ASCII):
        raise ValueError(f"{percent!r} is no tax rate; write a percentage below 100 such as 19 or 8.1")
    return int(Decimal(percent) * 100)


def percent_of(rate: int) -> str:
    """`19 %`, `8.1 %`."""
    return f"{Decimal(rate) / 100:f} %"
