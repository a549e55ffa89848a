"""Exact noise for numbers that are published: whole numbers from whole chances, no floating point anywhere. Pure.

A count plus two-sided geometric noise is differentially private (Ghosh, Roughgarden, Sundararajan 2009): whether any
one person is in it changes the chance of no answer by more than the factor e^epsilon. Floating-point Laplace noise is
not, as its gaps tell what it was added to (Mironov 2012). Drawing it out of whole random numbers alone is a method of
Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (2020), section 5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

# A whole number from 0 on, below the given one, each as likely as the others.
Below = Callable[[int], int]

MOST_EPSILON: Final = 10


class EpsilonRefused(ValueError):
    """The epsilon is a decimal number above 0, at most 10, with at most six places; or `off`."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one person's part may show in one release, in all: epsilon, exactly."""

    epsilon: Fraction

    @classmethod
    def parse(cls, text: str) -> "Budget | None":
        """A decimal number as it was written; None for `off`. Raises EpsilonRefused."""
        if text.strip().lower() == "off":
            return None
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            raise EpsilonRefused(EpsilonRefused.__doc__) from None
        if not number.is_finite() or not 0 < number <= MOST_EPSILON or round(number, 6) != number:
            raise EpsilonRefused(EpsilonRefused.__doc__)
        return cls(Fraction(number))

    @property
    def text(self) -> str:
        """As it is written down."""
        return f"{Decimal(self.epsilon.numerator) / Decimal(self.epsilon.denominator):f}"

    def scale(self, *, sensitivity: int) -> Fraction:
        """How wide the noise is when one person changes all numbers of the release by so much at most, in all."""
        return Fraction(sensitivity) / self.epsilon


def noised(count: int, scale: Fraction, below: Below) -> int:
    """A count with noise, never below zero: what is done to a noisy number afterwards tells no more."""
    return max(0, count + two_sided_geometric(scale, below))


def two_sided_geometric(scale: Fraction, below: Below) -> int:
    """A whole number x with a chance in proportion to e^(-|x| / scale), exactly."""
    wide, step = scale.numerator, scale.denominator
    while True:
        low = below(wide)
        if not _happens_exp(Fraction(low, wide), below):
            continue
        high = 0
        while _happens_exp(Fraction(1), below):
            high += 1
        size = (low + wide * high) // step
        negative = below(2) == 1
        # Zero has one sign only.
        if not (negative and size == 0):
            return -size if negative else size


def _happens_exp(gamma: Fraction, below: Below) -> bool:
    """True with a chance of e^-gamma, for gamma from 0 to 1.

    How many chances of gamma/1, gamma/2, gamma/3 … come true in a row is even as often as that, by the series of e^-x.
    """
    row = 1
    while below(gamma.denominator * row) < gamma.numerator:
        row += 1
    return row % 2 == 1
