"""The room a figurine stands in: wall, floor, light."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from .looks import Look, Motif
from .pixels import Picture, Plane, Size, blend, blur, coverage, flat, grid, mix, smoothstep


def room(size: Size, look: Look, *, centre: tuple[float, float], horizon: float, reach: float) -> Picture:
    """An empty scene lit around `centre` (px); the floor starts at `horizon` and the motif is `reach` px in radius."""
    width, height = size
    y = grid(width, height)[1]
    wall = flat(look.wall) * (1.06 - 0.16 * (y / height))[..., None]
    wall = _MOTIFS[look.motif](np.broadcast_to(wall, (height, width, 3)), look, centre, reach)
    depth = np.clip((y - horizon) / (height - horizon), 0.0, 1.0)
    floor = flat(blend(look.floor, (1.0, 1.0, 1.0), 0.05 * look.shine)) * (0.93 + 0.10 * depth)[..., None]
    # A soft cove instead of a hard line: the eye reads it as a studio sweep.
    cove = 0.010 if look.motif is Motif.NICHE else 0.07
    edge = smoothstep(-0.3 * cove * height, cove * height, y - horizon)
    scene = mix(wall, floor, edge)
    scene = scene * (1.0 - 0.05 * np.exp(-(((y - horizon) / (0.05 * height)) ** 2)))[..., None]
    return _lit(scene, look, centre, reach)


def finished(scene: Picture, look: Look) -> Picture:
    """Vignette, and just enough grain to keep gradients from banding."""
    height, width = scene.shape[:2]
    x, y = grid(width, height)
    off = (x / width - 0.5) ** 2 + (y / height - 0.48) ** 2
    dice = np.random.default_rng(look.seed)
    grain = dice.standard_normal((height, width), np.float32) * np.float32(0.006)
    return np.clip(scene * (1.0 - 0.36 * off)[..., None] + grain[..., None], 0.0, 1.0)


def _lit(scene: Picture, look: Look, centre: tuple[float, float], reach: float) -> Picture:
    """A lamp towards the light's side, brighter where the room is dark."""
    x, y = grid(scene.shape[1], scene.shape[0])
    cx, cy = centre[0] + 0.35 * reach * look.side, centre[1] - 0.25 * reach
    pool = np.exp(-(((x - cx) / (1.5 * reach)) ** 2) - ((y - cy) / (1.4 * reach)) ** 2)
    strength = 0.13 if look.motif is not Motif.LAMPS else 0.34
    return scene + (strength * pool)[..., None] * flat(look.glow) * (1.15 - scene)


def _window_light(wall: Picture, look: Look, centre: tuple[float, float], reach: float) -> Picture:
    """Sun through a six-pane window, thrown slantwise on the wall."""
    height, width = wall.shape[:2]
    x, y = grid(width, height)
    u = (x - centre[0]) / reach + 0.32 * (y - centre[1]) / reach * -look.side + 0.25 * look.side
    v = (y - centre[1]) / reach + 0.16 * u
    column, row = (u + 1.45) / 0.97, (v + 1.55) / 0.92
    bars = np.minimum(_pane(column), _pane(row))
    inside = (np.abs(u) < 1.45) & (v > -1.55) & (v < 1.21)
    light = blur((bars * inside), 0.028 * reach)
    return mix(wall * np.float32(0.965), flat(look.glow), light * 0.42)


def _pane(t: Plane) -> Plane:
    return (np.abs(t - np.floor(t) - 0.5) < 0.45).astype(np.float32)


def _lamps(wall: Picture, look: Look, centre: tuple[float, float], reach: float) -> Picture:
    """Lights far behind, out of focus."""
    height, width = wall.shape[:2]
    x, y = grid(width, height)
    dice = np.random.default_rng(look.seed)
    scene = wall
    for _ in range(16):
        radius, strength = reach * dice.uniform(0.05, 0.16), dice.uniform(0.05, 0.17)
        away = np.hypot(x - dice.random() * width, y - dice.random() * (centre[1] + 0.35 * reach))
        disc = smoothstep(-0.10 * radius, 0.10 * radius, radius - away) * (0.72 + 0.28 * np.clip(away / radius, 0, 1))
        scene = mix(scene, flat(look.glow), strength * disc)
    return scene


def _niche(wall: Picture, look: Look, centre: tuple[float, float], reach: float) -> Picture:
    """An arched recess in plaster, shaded by its own edge."""
    height, width = wall.shape[:2]
    x, y = grid(width, height)
    radius = 1.02 * reach
    top = max(centre[1] - 0.28 * reach, radius + 0.05 * height)
    away = np.where(y < top, np.hypot(x - centre[0], y - top), np.abs(x - centre[0]))
    arch = coverage(radius - away)
    cast = blur(np.roll(arch, (round(0.07 * reach), -round(0.09 * reach) * look.side), axis=(0, 1)), 0.07 * reach)
    recess = flat(blend(look.card_light, look.wall, 0.42)) * (0.80 + 0.22 * cast)[..., None]
    scene = mix(wall, recess, arch)
    edge = 2.0 * max(1.0, min(width, height) / 1024.0)
    lip = np.exp(-(((away - radius - edge) / edge) ** 2))
    return scene + (0.05 * lip)[..., None]


def _sun(wall: Picture, look: Look, centre: tuple[float, float], reach: float) -> Picture:
    """One large pale disc."""
    height, width = wall.shape[:2]
    x, y = grid(width, height)
    away = np.hypot(x - centre[0] - 0.06 * reach * look.side, y - centre[1] + 0.10 * reach)
    disc = coverage(1.06 * reach - away)
    tone = flat(blend(look.wall, (1.0, 0.97, 0.92), 0.62)) * (1.04 - 0.10 * (y / height))[..., None]
    return mix(wall, np.broadcast_to(tone, wall.shape), disc)


_MOTIFS: Mapping[Motif, Callable[[Picture, Look, tuple[float, float], float], Picture]] = MappingProxyType(
    {Motif.WINDOW_LIGHT: _window_light, Motif.LAMPS: _lamps, Motif.NICHE: _niche, Motif.SUN: _sun}
)
