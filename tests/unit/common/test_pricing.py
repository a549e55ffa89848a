"""What a picture costs: one rule, asked by who quotes and by who checks."""

from hypothesis import given
from hypothesis import strategies as st

from common.contracts.pricing import BATCH, halves, unit_price

PRICES = st.integers(1, 50)
SURCHARGES = st.lists(st.integers(0, 20), max_size=6)


@given(PRICES, SURCHARGES)
def test_surcharges_add_up_in_whatever_order_they_come(price: int, surcharges: list[int]) -> None:
    assert unit_price(price, surcharges) == price + sum(surcharges) == unit_price(price, sorted(surcharges))


@given(PRICES, SURCHARGES)
def test_who_waits_never_pays_more_than_half_and_never_a_whole_credit_less(price: int, surcharges: list[int]) -> None:
    whole, half = unit_price(price, surcharges), unit_price(price, surcharges, delivery=BATCH)
    assert 0 <= whole - 2 * half <= 1


@given(PRICES)
def test_what_may_be_halved_still_costs_something(price: int) -> None:
    assert halves(price) == (unit_price(price, delivery=BATCH) >= 1)
