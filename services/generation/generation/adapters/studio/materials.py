"""What a statuette is made of: how a carved or cast surface answers light."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from .noise import clouds, veins
from .pixels import Colour, Picture, Plane, blur, flat, mix

Ramp = tuple[tuple[float, str], ...]
"""Tone 0..1 to colour, darkest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A figure before its material: opacity, normals, light and dark of the photo, cavities, faces, depth in pixels."""

    alpha: Plane
    right: Plane
    up: Plane
    near: Plane
    tone: Plane
    cavity: Plane
    face: Plane
    thick: Plane
    unit: float
    side: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """How a surface is coloured, how deep its detail is cut, and the stone of its plinth."""

    paint: Callable[[Surface], Picture]
    depth: float
    plinth: Colour


def _hex(code: str) -> Colour:
    return (int(code[0:2], 16) / 255.0, int(code[2:4], 16) / 255.0, int(code[4:6], 16) / 255.0)


def ramped(tone: Plane, ramp: Ramp) -> Picture:
    """The ramp's colour for every tone."""
    stops = np.asarray([at for at, _ in ramp], np.float32)
    colours = np.asarray([_hex(code) for _, code in ramp], np.float32)
    table = np.stack([np.interp(np.linspace(0.0, 1.0, 1024), stops, colours[:, c]) for c in range(3)], axis=1)
    return table.astype(np.float32)[(np.clip(tone, 0.0, 1.0) * 1023.0).astype(np.int32)]


def _lobe(s: Surface, towards: tuple[float, float, float], power: float) -> Plane:
    """A round highlight for a lamp in that direction (right of the key light's side, up, near)."""
    x, y, z = np.asarray((towards[0] * s.side, towards[1], towards[2] + 1.0)) / np.linalg.norm(
        (towards[0], towards[1], towards[2] + 1.0)
    )
    return np.maximum(s.right * float(x) + s.up * float(y) + s.near * float(z), 0.0) ** power


def _diffuse(s: Surface, *, wrap: float) -> Plane:
    light = s.right * np.float32(0.50 * s.side) + s.up * np.float32(0.60) + s.near * np.float32(0.62)
    return np.clip((light + wrap) / (1.0 + wrap), 0.0, 1.0)


def _fill(s: Surface) -> Plane:
    """A pale wall on the shaded side."""
    return np.clip(0.25 * s.near - 0.80 * s.right * s.side - 0.35 * s.up, 0.0, 1.0)


def _studio(s: Surface) -> Plane:
    """What polished metal mirrors: a large soft-box, a strip on the far side, a pale floor, a dark horizon."""
    across, above = 2.0 * s.right * s.near * s.side, 2.0 * s.up * s.near
    key = np.exp(-(((across - 0.52) / 0.34) ** 2) - ((above - 0.55) / 0.40) ** 2)
    strip = np.exp(-(((across + 0.82) / 0.13) ** 2) - ((above - 0.1) / 0.62) ** 2)
    sky = 1.0 / (1.0 + np.exp(-(above - 0.05) * 7.0))
    floor = np.exp(-(((above + 0.72) / 0.26) ** 2))
    return 0.16 + 0.72 * key + 0.52 * strip + 0.20 * sky + 0.26 * floor


def _hammered(s: Surface, dice: np.random.Generator) -> Plane:
    """The faint unevenness of a cast surface, in tone."""
    size = (s.alpha.shape[1], s.alpha.shape[0])
    return (1.0 - 0.7 * s.face) * 0.009 * clouds(size, dice, cells=110.0, octaves=2)


def _rim(s: Surface) -> Plane:
    return (1.0 - s.near) ** 3


_BRONZE: Ramp = (
    (0.0, "0c0705"), (0.18, "27170d"), (0.40, "5b381c"), (0.60, "966738"), (0.76, "c89a60"), (0.90, "eed3a2"),
    (1.0, "fff6df"),
)  # fmt: skip
_GOLD: Ramp = (
    (0.0, "1f0e02"), (0.18, "5a3206"), (0.38, "a8700f"), (0.58, "dba62a"), (0.75, "f6d264"), (0.89, "fff0b4"),
    (1.0, "fffdf0"),
)  # fmt: skip
BRASS: Ramp = (
    (0.0, "1c1004"), (0.30, "6b4712"), (0.55, "b5852f"), (0.75, "dfb865"), (0.90, "f8e3ac"), (1.0, "fffbe9"),
)  # fmt: skip
STEEL: Ramp = (
    (0.0, "14161a"), (0.30, "565b63"), (0.55, "a2a8b0"), (0.75, "d3d8de"), (0.90, "f1f4f7"), (1.0, "ffffff"),
)  # fmt: skip
_MARBLE: Ramp = (
    (0.0, "3c3638"), (0.22, "756d6c"), (0.46, "b3aaa4"), (0.66, "d9d2ca"), (0.84, "f3eee7"), (1.0, "ffffff"),
)  # fmt: skip
_JADE: Ramp = (
    (0.0, "03160e"), (0.20, "0a3423"), (0.42, "1d6244"), (0.60, "46926a"), (0.78, "8fc49a"), (0.92, "cfe8c4"),
    (1.0, "f4fbea"),
)  # fmt: skip


def _metal(s: Surface, ramp: Ramp, contrast: float) -> Picture:
    """Mirrors the studio; in a face less so, for a reflection across an eye makes a stranger."""
    calm = 0.60 * s.face
    diffuse = _diffuse(s, wrap=0.25)
    shade = (0.62 - 0.62 * calm) * _studio(s) + (0.38 + 0.52 * calm) * diffuse
    tone = 0.5 + (s.tone - 0.5) * (1.0 + 0.45 * s.face)
    lit = shade * (0.40 + 1.12 * tone) - contrast * s.cavity + 0.22 * _rim(s) * (s.up + 0.35)
    spark = 0.42 * _lobe(s, (0.55, 0.62, 0.55), 60.0) + 0.16 * _lobe(s, (-0.9, 0.15, 0.3), 40.0)
    lit = lit + _hammered(s, np.random.default_rng(s.seed))
    return ramped(lit + spark * (0.30 + s.tone) * (1.0 - 0.5 * s.face), ramp)


def _bronze(s: Surface) -> Picture:
    cast = _metal(s, _BRONZE, 0.34)
    dice = np.random.default_rng(s.seed)
    mottle = clouds((s.alpha.shape[1], s.alpha.shape[0]), dice, cells=14.0)
    settled = np.clip(s.cavity * 1.9 + 0.20 * mottle - 0.28, 0.0, 1.0) * (1.0 - 0.6 * s.face)
    verdigris = flat(_hex("4f7866")) * (0.30 + 0.70 * _diffuse(s, wrap=0.4))[..., None]
    return mix(cast, verdigris, 0.46 * settled)


def _gold(s: Surface) -> Picture:
    return _metal(s, _GOLD, 0.30)


def _scattered(s: Surface, light: Plane, pixels: float) -> Plane:
    """Light that wandered inside the stone before it left."""
    return blur(light * s.alpha, pixels * s.unit) / np.maximum(blur(s.alpha, pixels * s.unit), 0.05)


def _marble(s: Surface) -> Picture:
    light = _diffuse(s, wrap=0.18)
    soft = 0.62 * light + 0.38 * _scattered(s, light, 7.0)
    tone = (s.tone - 0.5) * (1.0 + 0.15 * s.face)
    lit = 0.06 + 0.80 * soft + 0.80 * tone - 0.46 * s.cavity + 0.26 * _fill(s)
    stone = ramped(lit, _MARBLE)
    dice = np.random.default_rng(s.seed)
    size = (s.alpha.shape[1], s.alpha.shape[0])
    cloudy = np.clip(0.5 * clouds(size, dice, cells=2.2) - 0.15, 0.0, 1.0)
    grey = 0.10 * cloudy + 0.13 * blur(veins(size, dice, cells=1.7, sharpness=4.0), 1.5 * s.unit)
    stone = stone * (1.0 - grey * (1.0 - 0.85 * s.face))[..., None]
    warm = _scattered(s, s.cavity, 6.0)[..., None] * flat((0.12, 0.06, 0.015))
    return np.clip(stone + warm + (0.26 * _lobe(s, (0.5, 0.65, 0.6), 42.0))[..., None], 0.0, 1.0)


def _jade(s: Surface) -> Picture:
    light = _diffuse(s, wrap=0.40)
    thin = np.exp(-s.thick / (40.0 * s.unit))
    glow = _scattered(s, thin, 6.0)
    soft = 0.45 * light + 0.55 * _scattered(s, light, 14.0)
    tone = (s.tone - 0.5) * (1.0 + 0.3 * s.face)
    lit = -0.09 + 0.24 * _fill(s) + 0.66 * soft + 0.78 * tone - 0.34 * s.cavity + 0.34 * glow
    dice = np.random.default_rng(s.seed)
    size = (s.alpha.shape[1], s.alpha.shape[0])
    cloudy = 0.075 * clouds(size, dice, cells=2.6)
    streaks = 0.16 * blur(veins(size, dice, cells=1.6, sharpness=2.6), 3.0 * s.unit)
    lit = lit + (cloudy + streaks) * (1.0 - 0.75 * s.face)
    stone = ramped(lit, _JADE) + (0.20 * glow)[..., None] * flat((0.50, 0.62, 0.20))
    gloss = 0.62 * _lobe(s, (0.5, 0.65, 0.6), 130.0) + 0.16 * _lobe(s, (0.5, 0.65, 0.6), 24.0)
    gloss = gloss + 0.24 * _lobe(s, (-0.85, 0.3, 0.4), 60.0)
    return np.clip(stone + ((gloss + 0.10 * _rim(s)) * (1.0 - 0.4 * s.face))[..., None], 0.0, 1.0)


MATERIALS: Mapping[str, Material] = MappingProxyType(
    {
        "bronze": Material(paint=_bronze, depth=1.0, plinth=_hex("24211f")),
        "gold": Material(paint=_gold, depth=1.0, plinth=_hex("141316")),
        "marble": Material(paint=_marble, depth=0.9, plinth=_hex("4a2f22")),
        "jade": Material(paint=_jade, depth=0.85, plinth=_hex("3a1712")),
    }
)
"""By option choice; the first is what an order without the option gets."""
