"""A turned wooden foot with a brass collar and a name plate, as a snow globe has."""

from dataclasses import dataclass

import cv2
import numpy as np

from .base import ellipse
from .lettering import lettered
from .looks import Look, Motif
from .metal import GOLD, reflected
from .pixels import Colour, Picture, Plane, around, blend, coverage, flat, grid, mix, shift, smoothstep

_OUTLINE = (
    (0.0, 0.655),
    (0.075, 0.665),
    (0.085, 0.70),
    (0.13, 0.715),
    (0.16, 0.70),
    (0.19, 0.715),
    (0.40, 0.80),
    (0.43, 0.845),
    (0.455, 0.885),
    (0.53, 0.90),
    (0.56, 0.885),
)
"""Depth below the collar's edge and radius there, in radii of the globe."""
_COLLAR = 0.078
TALL = _OUTLINE[-1][0]
WIDE = max(radius for _, radius in _OUTLINE)
TILT = 0.17
"""How round a level circle looks from the camera: its height over its width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """Where the foot stands: the middle of its upper edge and the globe's radius, in pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surface:
    """Per pixel: depth below the upper edge and place along the outline (both in radii), normal, outline."""

    depth: Plane
    across: Plane
    arc: Plane
    normal: tuple[Plane, Plane, Plane]
    cover: Plane


def turned_foot(scene: Picture, foot: Foot, look: Look, title: str) -> Picture:
    """The scene with the foot's front in it."""
    reach = foot.radius
    window = around(
        foot.x, foot.y + 0.5 * TALL * reach, 1.0 * reach, (0.5 * TALL + 0.22) * reach, (scene.shape[1], scene.shape[0])
    )
    x, y = grid(window[1].stop - window[1].start, window[0].stop - window[0].start)
    surface = _surface((x + window[1].start - foot.x) / reach, (y + window[0].start - foot.y) / reach, reach)
    body = _wooden(surface, look)
    body = _plated(body, surface, look, title, reach)
    done = scene.copy()
    done[window] = mix(scene[window], body, surface.cover)
    return done


def _surface(x: Plane, y: Plane, pixels: float) -> _Surface:
    """Which circle of the outline each pixel lies on; solved column by column, front side only."""
    fine, outline, slope = _profile()
    depth = np.zeros((y.shape[0], x.shape[1]), np.float32)
    first, last = np.full(x.shape[1], np.nan, np.float32), np.full(x.shape[1], np.nan, np.float32)
    for column, off in enumerate(np.abs(x[0])):
        there = np.flatnonzero(outline >= off)
        if there.size < 2:
            continue
        depths = fine[there]
        rows = np.maximum.accumulate(depths + TILT * np.sqrt(outline[there] ** 2 - off * off))
        if (k := int(there[0])) > 0:  # where the outline itself passes through this column
            start = fine[k - 1] + (off - outline[k - 1]) / (outline[k] - outline[k - 1]) * (fine[k] - fine[k - 1])
            rows, depths = np.insert(np.maximum(rows, start), 0, start), np.insert(depths, 0, start)
        depth[:, column] = np.interp(y[:, 0], rows, depths)
        first[column], last[column] = rows[0], rows[-1]
    radius = np.interp(depth, fine, outline).astype(np.float32)
    steep = np.interp(depth, fine, slope).astype(np.float32)
    u = np.clip(x / radius, -1.0, 1.0)
    length = np.sqrt(1.0 + steep * steep)
    normal = (u / length, -steep / length, np.sqrt(1.0 - u * u) / length)
    inside = np.minimum((y - first) * _uprightness(first, pixels), (last - y) * _uprightness(last, pixels)) * pixels
    cover = np.where(np.isnan(inside), 0.0, coverage(np.nan_to_num(inside))).astype(np.float32)
    return _Surface(depth=depth, across=u, arc=np.arcsin(u) * 0.76, normal=normal, cover=cover)


def _profile() -> tuple[Plane, Plane, Plane]:
    """Depths in fine steps, the radius at each, and how fast it grows."""
    depths, radii = (np.asarray(values, np.float32) for values in zip(*_OUTLINE, strict=True))
    fine = np.linspace(0.0, TALL, 480, dtype=np.float32)
    outline = np.interp(fine, depths, radii).astype(np.float32)
    padded = np.pad(outline, 12, mode="edge")[None]
    outline = np.asarray(cv2.GaussianBlur(padded, (0, 0), 2.6), np.float32)[0, 12:-12]
    return fine, outline, np.gradient(outline, fine).astype(np.float32)


def _uprightness(edge: Plane, pixels: float) -> Plane:
    """Turns a distance along the column into one across an edge that runs through the columns."""
    known = np.flatnonzero(~np.isnan(edge))
    slope = np.gradient(np.interp(np.arange(len(edge)), known, edge[known])) * pixels
    return (1.0 / np.hypot(1.0, slope)).astype(np.float32)


def collar(scene: Picture, foot: Foot) -> Picture:
    """The inside of the brass collar, which the globe will hide but for its ends."""
    rx = _OUTLINE[0][1] * foot.radius
    inside = ellipse(scene, foot.x, foot.y, rx, TILT * rx)
    rim = np.exp(-(((inside - 0.008 * foot.radius) / (0.007 * foot.radius)) ** 2))
    return mix(
        mix(scene, flat((0.30, 0.19, 0.07)), coverage(inside)), flat((0.93, 0.78, 0.45)), 0.8 * rim * coverage(inside)
    )


def _timber(look: Look) -> tuple[Colour, float]:
    """Colour and how much grain shows: walnut, black lacquer, beech, coloured lacquer."""
    if look.motif is Motif.WINDOW_LIGHT:
        return (0.40, 0.235, 0.135), 1.0
    if look.motif is Motif.LAMPS:
        return (0.085, 0.075, 0.075), 0.12
    if look.motif is Motif.NICHE:
        return (0.78, 0.615, 0.44), 0.8
    return blend(look.base, (0.0, 0.0, 0.0), 0.10), 0.10


def _wooden(surface: _Surface, look: Look) -> Picture:
    """Wood under lacquer, brass at the collar."""
    colour, grained = _timber(look)
    nx, ny, nz = surface.normal
    lambert = np.maximum(0.0, 0.58 * nx * look.side - 0.52 * ny + 0.63 * nz)
    light = (0.40 + 0.70 * lambert) * (1.0 - 0.30 * smoothstep(TALL - 0.10, TALL, surface.depth))
    grain = 1.0 + grained * (_grain(surface, look) - 0.5) * 0.62
    wood = flat(colour) * (light * grain)[..., None]
    mirror = reflected(nx, ny, nz, look)
    gloss = (np.clip(mirror - 0.42, 0.0, 1.0) * (0.34 if grained > 0.5 else 0.52) * look.shine)[..., None]
    wood = wood + gloss * (1.0 - wood)
    ring = coverage((_COLLAR - surface.depth) * 400.0)
    groove = np.exp(-(((surface.depth - _COLLAR - 0.004) / 0.006) ** 2)) + 0.5 * np.exp(
        -(((surface.depth - 0.17) / 0.008) ** 2)
    )
    bead = 1.0 - 0.25 * np.abs(np.sin(surface.depth * 80.0))
    wood = mix(wood, GOLD.shaded(mirror * bead + 0.06), ring)
    return wood * (1.0 - 0.55 * groove)[..., None]


def _grain(surface: _Surface, look: Look) -> Plane:
    """Long streaks around the foot, a little wavy."""
    dice = np.random.default_rng(look.seed)
    coarse = dice.random((60, 7), np.float32)
    fine = dice.random((240, 12), np.float32)
    along = surface.arc / 2.4 + 0.5
    down = surface.depth / TALL + 0.035 * np.sin(5.0 * surface.arc + 2.0) + 0.02 * np.sin(11.0 * surface.arc)
    total = np.zeros_like(along)
    for noise, strength in ((coarse, 0.6), (fine, 0.4)):
        u, v = along * (noise.shape[1] - 1), np.clip(down, 0.0, 1.0) * (noise.shape[0] - 1)
        total += strength * np.asarray(
            cv2.remap(
                noise, u.astype(np.float32), v.astype(np.float32), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
            ),
            np.float32,
        )
    return np.clip(total, 0.0, 1.0)


def _plated(body: Picture, surface: _Surface, look: Look, title: str, pixels: float) -> Picture:
    """A brass plate with the name, bent around the front."""
    high, middle = 0.165, 0.295
    name = lettered(title, (round(0.98 * pixels), round(high * 0.80 * pixels)), largest=0.82)
    if name is None:
        return body
    inked = np.flatnonzero(name.max(axis=0) > 0.1)
    half = max(0.26, (float(inked[-1] - inked[0]) / pixels + 0.15) / 2)
    dx, dy = np.abs(surface.arc) - (half - 0.035), np.abs(surface.depth - middle) - (high / 2 - 0.035)
    inside = (0.035 - np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) - np.minimum(np.maximum(dx, dy), 0.0)) * pixels
    nx, ny, nz = surface.normal
    bevel = np.exp(-((inside / (0.011 * pixels)) ** 2)) * 0.30 * np.where(surface.depth < middle, 1.0, -0.8)
    brass = GOLD.shaded(reflected(nx, ny, nz, look) * 0.62 + 0.24 + bevel)
    line = np.exp(-(((inside - 0.019 * pixels) / (0.004 * pixels)) ** 2))
    brass = mix(brass, brass * np.float32(0.45), 0.65 * line)
    where_x = (surface.arc * pixels + name.shape[1] / 2).astype(np.float32)
    where_y = ((surface.depth - middle) * pixels + name.shape[0] / 2).astype(np.float32)
    ink = np.asarray(cv2.remap(name, where_x, where_y, cv2.INTER_LINEAR), np.float32)
    brass = mix(brass, np.ones_like(brass), 0.5 * np.clip(shift(ink, 0.0, 0.0035 * pixels) - ink, 0.0, 1.0))
    brass = mix(brass, flat((0.17, 0.105, 0.045)), 0.92 * ink)
    body = body * (1.0 - 0.45 * np.exp(-((np.minimum(inside, 0.0) / (0.014 * pixels)) ** 2)))[..., None]
    return mix(body, brass, coverage(inside))
