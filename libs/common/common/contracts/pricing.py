"""What a picture costs: one rule for whoever quotes a price and whoever checks it. Pure.

A price is agreed once, when somebody orders, and travels with the order; a catalogue that changes later changes no
price that was agreed.
"""

from collections.abc import Iterable

NOW = "now"
BATCH = "batch"


def unit_price(price: int, surcharges: Iterable[int] = (), *, delivery: str = NOW) -> int:
    """Credits for one picture: the style's price, what the choices add to it, and half of both for who can wait.

    Half is rounded down, so that nobody ever pays more than half.
    """
    whole = price + sum(surcharges)
    return whole // 2 if delivery == BATCH else whole


def halves(price: int) -> bool:
    """Whether a price may be halved: what costs something never becomes free."""
    return price // 2 >= 1
