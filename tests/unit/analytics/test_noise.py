"""Noise is exactly what the theory asks for, drawn out of whole numbers, and no wider than the budget says."""

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.noise import Budget, EpsilonRefused, noised, two_sided_geometric

DRAWS = 4000


def chance_of(value: int, scale: Fraction) -> float:
    """How likely a value is: the two-sided geometric distribution with ratio e^(-1/scale)."""
    ratio = math.exp(-1 / scale)
    return (1 - ratio) / (1 + ratio) * ratio ** abs(value)


def far(freedom: int) -> float:
    """What chi-square exceeds once in ten thousand times (Wilson and Hilferty 1931)."""
    step = 2 / (9 * freedom)
    return freedom * (1 - step + 3.719 * math.sqrt(step)) ** 3


@pytest.mark.parametrize("scale", [Fraction(1, 2), Fraction(7, 3), Fraction(6)], ids=str)
def test_each_value_comes_as_often_as_it_should(scale: Fraction) -> None:
    below = random.Random(int(scale * 6)).randrange
    drawn = Counter(two_sided_geometric(scale, below) for _ in range(DRAWS))
    kept = [value for value in range(-60, 61) if DRAWS * chance_of(value, scale) >= 5]
    cells = [(drawn[value], DRAWS * chance_of(value, scale)) for value in kept]
    rest = (DRAWS - sum(seen for seen, _ in cells), DRAWS - sum(expected for _, expected in cells))
    chi_square = sum((seen - expected) ** 2 / expected for seen, expected in [*cells, rest])
    assert chi_square < far(len(cells))


def test_noise_of_another_width_would_be_noticed() -> None:
    below = random.Random(1).randrange
    drawn = Counter(two_sided_geometric(Fraction(2), below) for _ in range(DRAWS))
    kept = [value for value in range(-60, 61) if DRAWS * chance_of(value, Fraction(11, 5)) >= 5]
    chi_square = sum(
        (drawn[value] - DRAWS * chance_of(value, Fraction(11, 5))) ** 2 / (DRAWS * chance_of(value, Fraction(11, 5)))
        for value in kept
    )
    assert chi_square > far(len(kept))


@given(
    epsilon=st.fractions(Fraction(1, 100), 10, max_denominator=100),
    sensitivity=st.integers(1, 20),
    value=st.integers(-50, 50),
)
def test_whatever_one_person_adds_no_answer_becomes_likelier_than_the_budget_allows(
    epsilon: Fraction, sensitivity: int, value: int
) -> None:
    scale = Budget(epsilon).scale(sensitivity=sensitivity)
    # Her part moves the answer by the sensitivity at most.
    ratio = math.exp((abs(value + sensitivity) - abs(value)) / scale)
    assert ratio <= math.exp(epsilon) * (1 + 1e-9)


@given(count=st.integers(0, 30), seed=st.integers(0, 10_000))
def test_a_published_number_is_a_count(count: int, seed: int) -> None:
    assert noised(count, Fraction(5), random.Random(seed).randrange) >= 0


@pytest.mark.parametrize(("text", "epsilon"), [("1", Fraction(1)), ("0.1", Fraction(1, 10)), (" 2.5 ", Fraction(5, 2))])
def test_a_budget_is_read_exactly_as_it_was_written(text: str, epsilon: Fraction) -> None:
    assert Budget.parse(text) == Budget(epsilon)


def test_noise_can_be_switched_off_by_a_word() -> None:
    assert Budget.parse("off") is None


@pytest.mark.parametrize("text", ["", "0", "-1", "11", "nan", "inf", "one", "0.0000001"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(EpsilonRefused):
        Budget.parse(text)
