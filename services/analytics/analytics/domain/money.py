"""What a picture costs the studio, and amounts in a currency's smallest unit. Pure; whole numbers only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# ISO 4217: how many digits the smallest unit has, where it is not two.
_DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("UYI", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
MILLIONTHS: Final = 1_000_000
_COST: Final = re.compile(r"\s*([a-z][a-z0-9_-]*)\s*=\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s+([A-Z]{3})\s*")


class CostsRefused(ValueError):
    """Costs of pictures are written as `gemini=0.039 USD, studio=0.001 EUR`, with six places at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one picture costs, in millionths of a currency: a cent is too coarse for it."""

    millionths: int
    currency: str

    def of(self, pictures: int) -> int:
        """What so many cost, in the currency's smallest unit, rounded half up, once for all of them."""
        unit = MILLIONTHS // 10 ** _DIGITS.get(self.currency, 2)
        return (2 * self.millionths * pictures + unit) // (2 * unit)


@dataclass(frozen=True, slots=True)
class PictureCosts:
    """What a picture of each engine costs, by its name."""

    of: Mapping[str, Cost]


def read_costs(text: str) -> PictureCosts:
    """Costs as they are written in the settings. Raises CostsRefused."""
    costs: dict[str, Cost] = {}
    for part in filter(str.strip, text.split(",")):
        found = _COST.fullmatch(part)
        if found is None or found[1] in costs:
            raise CostsRefused(CostsRefused.__doc__)
        costs[found[1]] = Cost(millionths=int(Decimal(found[2]) * MILLIONTHS), currency=found[3])
    return PictureCosts(costs)
