"""The kinds of figurine on the style wall, and what can be chosen with each. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from common.contracts.pricing import BATCH, NOW, halves, unit_price
from common.errors import Conflict, Invalid


class NoSuchStyle(Invalid):
    """There is no such style. Choose one from the style wall."""


class StyleUnavailable(Conflict):
    """This studio cannot make this style right now. Choose another one; nothing was charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to have an option."""

    id: str
    name: str
    # Credits that this choice adds to the price of a picture.
    surcharge: int = 0
    # The side of a square picture of this size; 0 where the choice is about something else.
    pixels: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to choose; the first choice is the default."""

    id: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One kind of figurine as the catalogue offers it; price in credits per picture."""

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    options: tuple[Option, ...] = ()
    sample: str | None = None
    unavailable_because: str | None = None
    # Whether it can be ordered for within a day, at half the price.
    batch: bool = False


def price_of(style: Style, options: Mapping[str, str], *, delivery: str = NOW) -> int:
    """Credits for one picture with these choices, one for each option; raises Invalid for what cannot wait."""
    chosen = [
        choice.surcharge for option in style.options for choice in option.choices if choice.id == options.get(option.id)
    ]
    if delivery == BATCH and not (style.batch and halves(unit_price(style.price, chosen))):
        raise Invalid(f"{style.name} is made at once and not within a day. Leave delivery out; nothing was charged.")
    return unit_price(style.price, chosen, delivery=delivery)


def check_available(style: Style) -> None:
    """Raises StyleUnavailable with the reason when nobody can paint this style here."""
    if style.unavailable_because is not None:
        raise StyleUnavailable(f"{style.name}: {style.unavailable_because} Choose another style; nothing was charged.")


def settle_options(style: Style, wanted: Mapping[str, str]) -> dict[str, str]:
    """A choice for every option of the style, the default where nothing is wanted.

    Raises Invalid with what there is to choose.
    """
    offered = {option.id: [choice.id for choice in option.choices] for option in style.options}
    if not wanted.keys() <= offered.keys():
        raise Invalid(_what_there_is(style, offered))
    for option_id, choice_id in wanted.items():
        if choice_id not in offered[option_id]:
            raise Invalid(f"For {option_id}, choose one of these: {', '.join(offered[option_id])}.")
    return {option_id: wanted.get(option_id, choices[0]) for option_id, choices in offered.items()}


def options_said(wanted: Mapping[str, str]) -> tuple[str, ...]:
    """What an order says about options, as a part of its fingerprint; nothing when it says nothing.

    So an order from before there were options is still the same order.
    """
    return (json.dumps(dict(wanted), sort_keys=True),) if wanted else ()


def delivery_said(delivery: str) -> tuple[str, ...]:
    """The same for when it is wanted; nothing for what was always so."""
    return () if delivery == NOW else (delivery,)


def _what_there_is(style: Style, offered: Mapping[str, list[str]]) -> str:
    if not offered:
        return f"{style.name} has no options; leave them out."
    told = "; ".join(f"{option_id}: {', '.join(choices)}" for option_id, choices in offered.items())
    return f"There is no such option. {style.name} has {told}."
