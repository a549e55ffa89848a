"""The little world inside a snow globe: sky, hills, firs, the figure in the snow, flakes."""

from dataclasses import dataclass

import cv2
import numpy as np

from .cutout import Subject
from .figure import placed_figure, upright
from .looks import Look, Motif
from .metal import normals, rounded
from .palette import lab
from .pixels import (
    Bytes,
    Colour,
    Picture,
    Plane,
    blend,
    blur,
    coverage,
    flat,
    grid,
    mix,
    shift,
    signed_distance,
    smoothstep,
)

_GROUND = 0.50
"""Where the snow lies in the middle, in radii below the globe's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sky:
    """Colours from the zenith to the snow's shade."""

    above: Colour
    below: Colour
    firs: Colour
    snow: Colour
    shade: Colour


def winter(subject: Subject, look: Look, side: int) -> Picture:
    """The world on a square canvas of `side` pixels, the globe's circle touching its edges."""
    dice = np.random.default_rng([look.seed, 5])
    sky = _sky(look)
    x, y = grid(side, side)
    u, v = (x + 0.5) * 2.0 / side - 1.0, (y + 0.5) * 2.0 / side - 1.0
    world = flat(sky.above) + (flat(sky.below) - flat(sky.above)) * smoothstep(-0.95, 0.42, v)[..., None]
    world = np.broadcast_to(world, (side, side, 3)).astype(np.float32)
    glow = np.exp(-(((u - 0.30 * look.side) / 0.62) ** 2) - ((v + 0.12) / 0.55) ** 2)
    world = mix(world, flat(blend(sky.below, look.glow, 0.7)), 0.45 * glow)
    world = _flakes(world, dice, side, count=70, size=0.006, strength=0.55, clear=False)
    world = _hills(world, sky, u, v, side)
    world = _firs(world, sky, dice, side)
    world = _ground(world, sky, u, v, look)
    world = _figure(world, subject, look, sky, side)
    world = _drift(world, sky, dice, u, v)
    return _flakes(world, dice, side, count=62, size=0.0105, strength=0.92, clear=True)


def _sky(look: Look) -> _Sky:
    cold = float(np.deg2rad(258.0))
    if look.motif is Motif.LAMPS:
        night = lab(17, 14, float(np.deg2rad(195.0)))
        return _Sky(
            above=lab(17, 26, cold), below=lab(46, 27, cold), firs=night, snow=lab(88, 7, cold), shade=lab(48, 22, cold)
        )
    return _Sky(
        above=blend(look.inside, lab(66, 24, cold), 0.55), below=blend(look.inside, (1.0, 0.99, 0.97), 0.62),
        firs=lab(36, 18, float(np.deg2rad(165.0))), snow=(0.985, 0.988, 0.995), shade=lab(74, 13, cold),
    )  # fmt: skip


def _hills(world: Picture, sky: _Sky, u: Plane, v: Plane, side: int) -> Picture:
    """Two ridges, the farther one nearly the sky's own colour."""
    for level, wave, phase, tone in ((0.16, 0.075, 0.6, 0.62), (0.27, 0.06, 2.4, 0.30)):
        ridge = level - wave * np.cos(3.1 * u + phase) - 0.4 * wave * np.cos(7.3 * u + 2.0 * phase)
        snow = flat(blend(blend(sky.snow, sky.shade, 0.35), sky.below, tone))
        world = mix(world, snow, coverage((v - ridge) * side / 2 / 1.6))
    return world


def _firs(world: Picture, sky: _Sky, dice: np.random.Generator, side: int) -> Picture:
    """Snowy firs left and right, smaller towards the middle."""
    places = [(-0.70, 0.60), (-0.47, 0.40), (0.50, 0.44), (0.72, 0.62), (-0.30, 0.27), (0.31, 0.26)]
    for x, tall in sorted(places, key=lambda place: place[1]):
        shifted, high = x + dice.uniform(-0.05, 0.05), tall * dice.uniform(0.9, 1.12)
        foot = 0.27 + 0.22 * tall
        green, white = _fir(shifted, foot, high, side, dice)
        soft = 0.0045 * side * (1.0 - tall)
        tone = blend(sky.firs, sky.below, 0.46 * (1.0 - tall))
        world = mix(world, flat(tone), blur(green, soft))
        world = mix(world, flat(blend(sky.snow, sky.shade, 0.15)), 0.95 * blur(white, soft))
    return world


def _fir(x: float, foot: float, high: float, side: int, dice: np.random.Generator) -> tuple[Plane, Plane]:
    """A fir's branches, and the snow on them, as opacities."""
    green, white = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    tiers = 6
    for tier in range(tiers):
        top = foot - high + high * 0.82 * tier / tiers
        low = top + high * (0.22 + 0.06 * tier / tiers)
        half = high * (0.085 + 0.30 * (tier + 1) / tiers) * 0.80
        lean = float(dice.uniform(-0.012, 0.012))
        droop = 0.05 * high
        tips = [(x + half + lean, low), (x + 0.45 * half, low - droop), (x, low + 0.3 * droop)]
        tips += [(x - 0.45 * half, low - droop), (x - half + lean, low)]
        _fill(green, [(x, top), *tips], side)
        cap = [
            (x, top), (x + 0.80 * half, low - 0.75 * droop), (x + 0.50 * half, low - 1.9 * droop),
            (x + 0.12 * half, low - 2.6 * droop), (x - 0.2 * half, low - 2.0 * droop),
            (x - 0.62 * half, low - 1.6 * droop),
            (x - 0.80 * half, low - 0.75 * droop),
        ]  # fmt: skip
        _fill(white, cap, side)
    return green.astype(np.float32) / 255.0, white.astype(np.float32) / 255.0


def _fill(canvas: Bytes, corners: list[tuple[float, float]], side: int) -> None:
    points = np.round((np.asarray(corners) + 1.0) * side / 2 * 16.0).astype(np.int32)
    cv2.fillPoly(canvas, [points], (255,), lineType=cv2.LINE_AA, shift=4)


def _ground(world: Picture, sky: _Sky, u: Plane, v: Plane, look: Look) -> Picture:
    """The snow the figure stands on: a low mound, lit from the lamp's side."""
    rim = 0.40 - 0.05 * np.cos(2.6 * u) - 0.018 * np.cos(8.0 * u + 1.0)
    depth = np.clip((v - rim) / 0.5, 0.0, 1.0)
    light = np.clip(0.84 + 0.22 * u * look.side - 0.36 * depth, 0.0, 1.0)
    snow = flat(sky.shade) + (flat(sky.snow) - flat(sky.shade)) * light[..., None]
    return mix(world, snow, coverage((v - rim) * world.shape[0] / 2 / 1.3))


def _figure(world: Picture, subject: Subject, look: Look, sky: _Sky, side: int) -> Picture:
    """The figure, a little rounded by the light, and its shadow on the snow."""
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = _fitting(subject, aspect)
    pixels = side / 2
    left, top = (1.0 - tall * aspect / 2) * pixels, (1.0 + _GROUND + 0.035 - tall) * pixels
    colour, ink = placed_figure(subject, upright(left, top, tall * aspect * pixels, tall * pixels), (side, side))
    x, y = grid(side, side)
    half = 0.46 * tall * aspect * pixels
    spot = np.exp(
        -(((x - side / 2 + 0.16 * half * look.side) / half) ** 2)
        - ((y - (1.0 + _GROUND + 0.02) * pixels) / (0.055 * pixels)) ** 2
    )
    world = mix(world, flat(blend(sky.shade, (0.1, 0.1, 0.15), 0.45)), 0.55 * spot)
    thrown = blur(shift(ink, -look.side * 0.05 * pixels, 0.012 * pixels), 0.03 * pixels)
    world = mix(world, flat(sky.shade), 0.30 * thrown)
    return mix(world, _modelled(colour, ink, look, sky, pixels), ink)


def _fitting(subject: Subject, aspect: float) -> float:
    """As tall, in radii, as the glass allows for the pixels that are there."""
    small = cv2.resize(subject.alpha, (64, 64), interpolation=cv2.INTER_AREA) > 60
    rows, columns = np.nonzero(small)
    across, up = (columns + 0.5) / 64.0 - 0.5, 1.0 - rows / 64.0
    for tall in np.arange(1.36, 0.1, -0.02):
        reach = np.hypot(across * tall * aspect, _GROUND + 0.035 - up * tall)
        if reach.size == 0 or (float(reach.max()) < 0.79 and tall * aspect < 1.36):
            return float(tall)
    return 0.1


def _modelled(colour: Picture, ink: Plane, look: Look, sky: _Sky, pixels: float) -> Picture:
    """Painted resin: edges turn away from the lamp, one rim takes the sky's light."""
    height = blur(rounded(signed_distance(ink), 0.085 * pixels), 0.012 * pixels)
    nx, ny, nz = normals(height * np.float32(0.8))
    facing = 0.55 * nx * look.side - 0.45 * ny + 0.70 * nz
    lit = colour * (0.62 + 0.48 * np.clip(facing, 0.0, 1.1))[..., None]
    rim = smoothstep(0.25, 0.85, 1.0 - nz) * np.clip(nx * look.side - 0.5 * ny, 0.0, 1.0)
    spec = np.clip(0.42 * nx * look.side - 0.42 * ny + 0.80 * nz, 0.0, 1.0) ** 60 * smoothstep(
        0.0, 0.02 * pixels, height
    )
    lit = lit + (0.30 * rim)[..., None] * (flat(blend(look.glow, sky.snow, 0.5)) - lit)
    return lit + (0.10 * look.shine * spec * (nz < 0.985))[..., None] * (1.0 - lit)


def _drift(world: Picture, sky: _Sky, dice: np.random.Generator, u: Plane, v: Plane) -> Picture:
    """Loose snow in front of the figure's feet."""
    side = world.shape[0]
    a, b = float(dice.uniform(0, 6)), float(dice.uniform(0, 6))
    crest = _GROUND + 0.020 + 0.016 * np.sin(9.0 * u + a) + 0.008 * np.sin(23.0 * u + b) + 0.10 * u * u
    depth = np.clip((v - crest) / 0.30, 0.0, 1.0)
    light = np.clip(1.0 - 0.62 * depth, 0.0, 1.0)
    snow = flat(sky.shade) + (flat(sky.snow) - flat(sky.shade)) * light[..., None]
    glitter = (dice.random((side, side), np.float32) > 0.9975).astype(np.float32)
    snow = snow + (0.5 * blur(glitter, 0.8))[..., None]
    return mix(world, snow, smoothstep(-0.006, 0.010, v - crest))


def _flakes(
    world: Picture, dice: np.random.Generator, side: int, *, count: int, size: float, strength: float, clear: bool
) -> Picture:
    """Flakes of many sizes, the large ones out of focus."""
    sharp, soft = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    for _ in range(count):
        angle, away = dice.uniform(0.0, 2.0 * np.pi), np.sqrt(dice.uniform(0.0, 0.92))
        x, y = (1.0 + away * np.cos(angle)) * side / 2, (1.0 + away * np.sin(angle)) * side / 2
        radius = size * side / 2 * dice.uniform(0.45, 1.5)
        if clear and np.hypot(x / side - 0.5, y / side - 0.5) < 0.235:
            continue
        near = radius > 1.12 * size * side / 2
        canvas, grown = (soft, 1.5) if near else (sharp, 1.0)
        cv2.circle(canvas, (round(x * 16), round(y * 16)), round(radius * grown * 16), (255,), -1, cv2.LINE_AA, 4)
    white = np.float32(1.0 / 255.0)
    world = mix(world, np.ones_like(world), strength * blur(sharp.astype(np.float32) * white, 0.0016 * side))
    return mix(world, np.ones_like(world), 0.8 * strength * blur(soft.astype(np.float32) * white, 0.0048 * side))
