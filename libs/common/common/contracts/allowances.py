"""What a person may do: one meaning for who computes it and for whoever enforces it. Pure.

Billing computes it from a person's plan and tells of it; of whom nothing was told, what everybody may do holds.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one order, one person and one minute may hold.

    `variants` are pictures of one order, `resolution` the side of a square picture in pixels, `shares` public links
    that are given out at a time, `api_rate` requests per minute.
    """

    variants: int
    resolution: int
    shares: int
    api_rate: int


# Without a plan. The catalogue in force says the same to people; a test compares them.
FREE = Allowance(variants=4, resolution=2048, shares=100, api_rate=300)
# What an order may hold whoever places it: no engine paints more at once.
MOST_VARIANTS = 8
