"""What an order costs, as the gateway says it and as generation checks it."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import generation.domain as theirs
from common.contracts.pricing import BATCH, NOW
from common.errors import Invalid
from gateway.domain.styles import Choice, Option, Style, delivery_said, price_of, settle_options
from gateway.jobs import read_styles
from generation.adapters.catalogue import read_catalogue

IDS = st.sampled_from(["a", "b", "c", "d"])
CHOICES = st.lists(
    st.builds(theirs.Choice, id=IDS, name=st.just("x"), surcharge=st.integers(0, 5)),
    min_size=1,
    unique_by=lambda choice: choice.id,
)
OPTIONS = st.lists(
    st.builds(theirs.Option, id=IDS, name=st.just("x"), choices=CHOICES.map(tuple)),
    unique_by=lambda option: option.id,
)


@st.composite
def styles(draw: st.DrawFn) -> theirs.Style:
    return theirs.Style(
        id="s",
        name="S",
        description="",
        price=draw(st.integers(2, 9)),
        subjects=("people",),
        engines=("gemini",),
        options=tuple(draw(OPTIONS)),
    )


def heard(style: theirs.Style) -> Style:
    """The gateway's copy, by way of generation's answer."""
    kept: dict[str, Any] = {**asdict(style), "batch": True, "sample": None, "unavailable_because": None}
    (copy,) = read_styles({"items": [kept]})
    return copy


@given(styles(), st.dictionaries(IDS, IDS), st.sampled_from([NOW, BATCH]))
def test_the_gateway_and_generation_agree_on_every_price(
    style: theirs.Style, wanted: dict[str, str], delivery: str
) -> None:
    copy = heard(style)
    offered = {option.id: {choice.id for choice in option.choices} for option in style.options}
    settled = settle_options(copy, {name: each for name, each in wanted.items() if each in offered.get(name, ())})
    assert price_of(copy, settled, delivery=delivery) == style.unit_price(settled, delivery=delivery)


@given(styles(), st.data())
def test_choosing_something_dearer_never_makes_it_cheaper(style: theirs.Style, data: st.DataObject) -> None:
    copy = heard(style)
    plain = settle_options(copy, {})
    for option in style.options:
        dearest = max(option.choices, key=lambda choice: choice.surcharge)
        for delivery in (NOW, BATCH):
            assert price_of(copy, {**plain, option.id: dearest.id}, delivery=delivery) >= price_of(
                copy, {**plain, option.id: data.draw(st.sampled_from(option.choices)).id}, delivery=delivery
            )


def test_every_style_of_the_catalogue_has_the_price_it_says_when_nothing_is_chosen() -> None:
    for style in read_catalogue().values():
        assert style.unit_price({}) == style.price == price_of(heard(style), settle_options(heard(style), {}))


DEAR = Option(id="size", name="Size", choices=(Choice(id="small", name="S"), Choice(id="large", name="L", surcharge=1)))
PIN = Style(
    id="pin", name="Pin", description="", price=1, subjects=(), engines=("gemini",), options=(DEAR,), batch=True
)


def test_what_would_become_free_is_not_sold_for_half() -> None:
    with pytest.raises(Invalid, match="Pin is made at once"):
        price_of(PIN, {"size": "small"}, delivery=BATCH)
    assert price_of(PIN, {"size": "large"}, delivery=BATCH) == 1


def test_what_nobody_here_paints_within_a_day_is_not_sold_for_half() -> None:
    with pytest.raises(Invalid, match="nothing was charged"):
        price_of(replace(PIN, price=6, batch=False), {"size": "small"}, delivery=BATCH)


def test_an_order_for_now_says_what_it_always_said() -> None:
    assert (delivery_said(NOW), delivery_said(BATCH)) == ((), (BATCH,))
