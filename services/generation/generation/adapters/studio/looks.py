"""Four ways to dress and light a picture, one for each variant of an order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from .palette import Palette, deep, lab
from .pixels import Colour, blend


class Motif(StrEnum):
    """What the wall behind the figurine shows."""

    WINDOW_LIGHT = "window light"
    LAMPS = "lamps"
    NICHE = "niche"
    SUN = "sun"


class Backdrop(StrEnum):
    """What a person may ask of the room; `auto` lets the subject's own colours decide."""

    AUTO = "auto"
    WARM = "warm"
    COOL = "cool"
    DARK = "dark"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Colours, light and camera of one picture. `side` is -1 for light from the left, 1 from the right."""

    motif: Motif
    wall: Colour
    floor: Colour
    glow: Colour
    shade: Colour
    base: Colour
    letters: Colour
    card: Colour
    card_light: Colour
    inside: Colour
    side: int
    yaw: float
    shine: float
    seed: int


def look_for(palette: Palette, variant: int, seed: int, backdrop: str = Backdrop.AUTO) -> Look:
    """The look of a variant (1 to 4); the seed moves hue and camera a little."""
    kept = seed & 0xFFFF_FFFF_FFFF_FFFF  # numpy takes no negative seeds
    dice = np.random.default_rng([kept, variant])
    turn, yaw = float(dice.uniform(-0.12, 0.12)), float(dice.uniform(-3.0, 3.0))
    turned = Palette(accent=palette.accent + turn / 2, ground=palette.ground + turn)
    noise = int(dice.integers(2**31))
    index = (variant - 1) % len(_LOOKS)
    look = _LOOKS[index](turned, yaw, noise)
    return look if backdrop == Backdrop.AUTO else replace(look, **_ROOMS[Backdrop(backdrop)](index, turned))


def _tinted(hue: float, index: int, strength: float = 1.0) -> dict[str, Colour]:
    """A room in tones of one hue, as light as this variant's own."""
    angle = float(np.deg2rad(hue))
    lightness, chroma = ((84, 20), (24, 20), (91, 10), (70, 36))[index]
    chroma *= strength
    return {
        "wall": lab(lightness, chroma, angle), "floor": lab(min(lightness + 5, 94), 0.7 * chroma, angle),
        "shade": lab(6 if index == 1 else 30, 18, angle),
    }  # fmt: skip


def _warm(index: int, palette: Palette) -> dict[str, Colour]:
    del palette
    return _tinted(58.0, index)


def _cool(index: int, palette: Palette) -> dict[str, Colour]:
    del palette
    return _tinted(248.0, index, 0.75)


def _dark(index: int, palette: Palette) -> dict[str, Colour]:
    lightness = (24, 13, 28, 19)[index]
    return {
        "wall": deep(lightness, 7, palette.ground), "floor": deep(lightness - 4, 5, palette.ground),
        "glow": (0.62, 0.58, 0.53), "shade": deep(3, 3, palette.ground),
    }  # fmt: skip


def _paper(index: int, palette: Palette) -> dict[str, Colour]:
    del palette
    wall = ((0.955, 0.935, 0.90), (0.90, 0.875, 0.835), (0.97, 0.95, 0.915), (0.93, 0.905, 0.86))[index]
    return {
        "wall": wall,
        "floor": blend(wall, (1.0, 0.99, 0.97), 0.5),
        "glow": (1.0, 0.98, 0.95),
        "shade": (0.33, 0.27, 0.22),
    }


_ROOMS: Mapping[Backdrop, Callable[[int, Palette], dict[str, Colour]]] = MappingProxyType(
    {Backdrop.WARM: _warm, Backdrop.COOL: _cool, Backdrop.DARK: _dark, Backdrop.PAPER: _paper}
)


def _morning(palette: Palette, yaw: float, seed: int) -> Look:
    ground, accent = palette.ground, palette.accent
    return Look(
        motif=Motif.WINDOW_LIGHT, side=-1, yaw=-20.0 + yaw, shine=1.0, seed=seed,
        wall=lab(84, 15, ground), floor=lab(90, 9, ground), glow=(1.0, 0.965, 0.90), shade=deep(34, 16, ground),
        base=lab(95, 2.5, accent), letters=deep(36, 40, accent),
        card=deep(42, 46, accent), card_light=lab(93, 7, accent), inside=lab(88, 16, ground),
    )  # fmt: skip


def _evening(palette: Palette, yaw: float, seed: int) -> Look:
    ground, accent = palette.ground, palette.accent
    return Look(
        motif=Motif.LAMPS, side=1, yaw=21.0 + yaw, shine=0.75, seed=seed,
        wall=deep(19, 17, ground), floor=deep(15, 12, ground), glow=(1.0, 0.86, 0.66), shade=deep(5, 6, ground),
        base=deep(17, 5, ground), letters=(0.93, 0.77, 0.47),
        card=deep(20, 16, ground), card_light=(0.93, 0.79, 0.53), inside=deep(46, 40, accent),
    )  # fmt: skip


def _gallery(palette: Palette, yaw: float, seed: int) -> Look:
    accent, paper = palette.accent, (0.955, 0.925, 0.875)
    return Look(
        motif=Motif.NICHE, side=-1, yaw=17.0 + yaw, shine=0.9, seed=seed,
        wall=paper, floor=blend(paper, (0.82, 0.70, 0.58), 0.35), glow=(1.0, 0.98, 0.95), shade=(0.34, 0.27, 0.22),
        base=deep(45, 45, accent), letters=(0.99, 0.965, 0.92),
        card=paper, card_light=deep(44, 46, accent), inside=lab(62, 38, accent),
    )  # fmt: skip


def _noon(palette: Palette, yaw: float, seed: int) -> Look:
    ground, accent = palette.ground, palette.accent
    return Look(
        motif=Motif.SUN, side=1, yaw=-24.0 + yaw, shine=1.0, seed=seed,
        wall=lab(68, 38, accent), floor=lab(76, 30, accent), glow=(1.0, 0.96, 0.88), shade=deep(30, 32, accent),
        base=deep(38, 30, ground), letters=lab(95, 8, accent),
        card=deep(36, 30, ground), card_light=lab(86, 26, accent), inside=lab(88, 18, accent),
    )  # fmt: skip


_LOOKS: tuple[Callable[[Palette, float, int], Look], ...] = (_morning, _evening, _gallery, _noon)
