"""What can be chosen with a style, and what an order says about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Conflict, Invalid
from gateway.domain.styles import Choice, Option, Style, check_available, options_said, settle_options
from gateway.jobs import read_styles

MATERIAL = Option(
    id="material", name="Material", choices=(Choice(id="bronze", name="Bronze"), Choice(id="jade", name="Jade"))
)
BACKDROP = Option(id="backdrop", name="Backdrop", choices=(Choice(id="auto", name="Auto"), Choice(id="warm", name="W")))
IDS = st.text(max_size=20)


def a_style(*options: Option, because: str | None = None) -> Style:
    return Style(
        id="statuette",
        name="Statuette",
        description="",
        price=2,
        subjects=("people",),
        engines=("studio",),
        options=options,
        unavailable_because=because,
    )


STATUETTE = a_style(MATERIAL, BACKDROP)


def test_what_is_not_chosen_takes_its_first_choice() -> None:
    assert settle_options(STATUETTE, {}) == {"material": "bronze", "backdrop": "auto"}
    assert settle_options(STATUETTE, {"backdrop": "warm"}) == {"material": "bronze", "backdrop": "warm"}


def test_an_option_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="Statuette has material: bronze, jade; backdrop: auto, warm") as refusal:
        settle_options(STATUETTE, {"ring": "gold"})
    assert "ring" not in refusal.value.sentence


def test_a_choice_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="For material, choose one of these: bronze, jade"):
        settle_options(STATUETTE, {"material": "wood"})


def test_a_style_without_options_takes_none() -> None:
    assert settle_options(a_style(), {}) == {}
    with pytest.raises(Invalid, match="has no options"):
        settle_options(a_style(), {"material": "bronze"})


@given(wanted=st.dictionaries(IDS | st.sampled_from(["material", "backdrop"]), IDS, max_size=4))
def test_what_is_settled_is_complete_and_of_the_catalogue(wanted: dict[str, str]) -> None:
    try:
        settled = settle_options(STATUETTE, wanted)
    except Invalid:
        return
    assert settle_options(STATUETTE, settled) == settled
    assert settled | wanted == settled


def test_a_style_nobody_here_paints_is_refused_with_the_reason() -> None:
    check_available(STATUETTE)
    with pytest.raises(Conflict, match=r"Statuette: It rains\. Choose another style; nothing was charged\."):
        check_available(a_style(because="It rains."))


def test_an_order_says_the_same_in_whatever_order_it_names_its_options() -> None:
    assert options_said({"a": "1", "b": "2"}) == options_said({"b": "2", "a": "1"})
    assert options_said({"a": "1"}) != options_said({"a": "2"})


def test_an_order_without_options_says_what_it_said_before_there_were_any() -> None:
    assert options_said({}) == ()


def test_a_catalogue_from_before_there_were_options_can_still_be_read() -> None:
    old = {"id": "x", "name": "X", "description": "", "price": 1, "subjects": ["pets"], "engines": ["studio"]}
    (style,) = read_styles({"items": [old]})
    assert (style.options, style.sample, style.unavailable_because) == ((), None, None)
