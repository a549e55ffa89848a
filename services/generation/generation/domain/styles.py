"""What can be ordered, what can be chosen with it, and what it costs. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from common.contracts.pricing import NOW, unit_price

ASPECT_RATIOS = ("1:1", "3:4", "4:3", "4:5", "5:4", "2:3", "3:2", "9:16", "16:9", "21:9")

# As people read them, by the engine's public name.
ENGINE_NAMES: Mapping[str, str] = {"gemini": "Google Gemini", "studio": "the studio engine"}


class Slot(StrEnum):
    """The parts of a prompt, in the order in which a painting model reads them."""

    TASK = "task"
    LIKENESS = "likeness"
    MATERIAL = "material"
    BASE = "base"
    SET = "set"
    CAMERA = "camera"
    EXCLUSIONS = "exclusions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to have an option; `prompt` says it to a painting model."""

    id: str
    name: str
    prompt: str = ""
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

    def chosen(self, choice_id: str | None) -> Choice:
        """The choice with this id, or the default."""
        return next((choice for choice in self.choices if choice.id == choice_id), self.choices[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One kind of figurine; price in credits per picture, engines in order of preference.

    In a slot of `prompt`, `{material}` stands for the words of what is chosen for the option `material`.
    """

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
    place: int = 0
    options: tuple[Option, ...] = ()
    sample: str | None = None
    prompt: Mapping[Slot, str] = field(default_factory=dict[Slot, str])

    def settled(self, options: Mapping[str, str]) -> dict[str, str]:
        """A choice for every option: the one asked for where the style knows it, else the default."""
        return {option.id: option.chosen(options.get(option.id)).id for option in self.options}

    def unit_price(self, options: Mapping[str, str], *, delivery: str = NOW) -> int:
        """Credits for one picture with these choices."""
        chosen = (option.chosen(options.get(option.id)).surcharge for option in self.options)
        return unit_price(self.price, chosen, delivery=delivery)


def as_painted(styles: Mapping[str, Style], repertoires: Mapping[str, Collection[str]]) -> dict[str, Style]:
    """The styles, each without the engines that do not paint it.

    `repertoires` are the ids of the styles an engine paints; an engine that is not in it paints whatever names it.
    """
    return {
        style.id: replace(
            style, engines=tuple(name for name in style.engines if style.id in repertoires.get(name, styles))
        )
        for style in styles.values()
    }


def unavailable_because(style: Style, engines: Collection[str]) -> str | None:
    """Why nobody here can paint a style, as a sentence; None when an engine that is here can."""
    if any(engine in engines for engine in style.engines):
        return None
    if not style.engines:
        return "No engine of this studio paints it yet."
    names = " or ".join(ENGINE_NAMES.get(engine, engine) for engine in style.engines)
    return f"Painted by {names}, which this studio is not connected to."
