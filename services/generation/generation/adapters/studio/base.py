"""The round base a figurine stands on, with its name set around the front."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from .looks import Look
from .pixels import WHITE, Picture, Plane, around, blend, blur, coverage, flat, grid, mix, shift, smoothstep


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A short cylinder: centre of its top ellipse, radii and wall height in pixels of the scene.

    `unit` is how many pixels a fine line takes for each it takes in a standard picture.
    """

    x: float
    y: float
    rx: float
    ry: float
    wall: float
    unit: float = 1.0

    @property
    def bottom(self) -> float:
        """The lowest pixel row of the base."""
        return self.y + self.wall + self.ry


def ellipse(scene: Picture, x: float, y: float, rx: float, ry: float) -> Plane:
    """Signed distance in pixels to an ellipse, positive inside; exact near its outline."""
    column, row = grid(scene.shape[1], scene.shape[0])
    u, v = (column - x) / rx, (row - y) / ry
    radius = np.maximum(np.hypot(u, v), 1e-4)
    slope = np.hypot(u / rx, v / ry) / radius
    return (1.0 - radius) / np.maximum(slope, 1e-6)


def set_down(scene: Picture, base: Base, look: Look) -> Picture:
    """The floor under a base: contact shadow, ambient shadow and a faint reflection of the wall."""
    return _nearby(scene, base, lambda part, there: _set_down(part, there, look))


def _nearby(scene: Picture, base: Base, work: Callable[[Picture, Base], Picture]) -> Picture:
    """Work done only in the part of a scene that a base and its shadow can reach."""
    height, width = scene.shape[:2]
    window = around(
        base.x, base.y + base.wall / 2, 1.75 * base.rx, 1.6 * base.ry + base.wall + 0.45 * base.rx, (width, height)
    )
    done = scene.copy()
    done[window] = work(scene[window], replace(base, x=base.x - window[1].start, y=base.y - window[0].start))
    return done


def _set_down(scene: Picture, base: Base, look: Look) -> Picture:
    away = -look.side
    contact = blur(
        coverage(ellipse(scene, base.x, base.y + base.wall, base.rx * 1.01, base.ry * 1.04)), base.rx * 0.025
    )
    soft = coverage(ellipse(scene, base.x + 0.20 * base.rx * away, base.y + base.wall, base.rx * 1.2, base.ry * 1.15))
    soft = blur(soft, base.rx * 0.14)
    shadowed = mix(scene, flat(look.shade), 0.55 * soft)
    shadowed = mix(shadowed, flat(look.shade), 0.75 * contact)
    depth = (grid(scene.shape[1], scene.shape[0])[1] - _front_edge(scene, base)) / base.wall
    fade = np.clip(1.0 - depth, 0.0, 1.0) ** 2 * (depth > 0) * _within(scene, base)
    return mix(shadowed, flat(look.base), (0.22 * look.shine * fade))


def stand(scene: Picture, base: Base, look: Look, name: Plane | None) -> Picture:
    """The base itself; `name` is an opacity mask as wide as the visible front and as high as the wall."""
    return _nearby(scene, base, lambda part, there: _stand(part, there, look, name))


def _stand(scene: Picture, base: Base, look: Look, name: Plane | None) -> Picture:
    top = ellipse(scene, base.x, base.y, base.rx, base.ry)
    foot = ellipse(scene, base.x, base.y + base.wall, base.rx, base.ry)
    row = grid(scene.shape[1], scene.shape[0])[1]
    waist = np.where((row >= base.y) & (row <= base.y + base.wall), _inset(scene, base), -1e3)
    body = coverage(np.maximum(np.maximum(top, foot), waist))
    standing = mix(scene, _wall(scene, base, look), body)
    if name is not None:
        standing = _inscribed(standing, base, look, name)
    standing = mix(standing, _top(scene, base, look), coverage(top))
    front = np.where(row > base.y, 1.0, 0.35).astype(np.float32)
    rim = np.exp(-(((top + 0.2) / (0.9 * base.unit + 0.003 * base.rx)) ** 2)) * front
    return mix(standing, WHITE, (0.42 * rim * look.shine))


def front_size(base: Base) -> tuple[int, int]:
    """Width and height in pixels of the part of the wall that can be read."""
    return round(base.rx * 1.9), round(base.wall * 0.90)


def _across(scene: Picture, base: Base) -> Plane:
    return np.clip((grid(scene.shape[1], 1)[0] - base.x) / base.rx, -1.0, 1.0)


def _within(scene: Picture, base: Base) -> Plane:
    return (np.abs(grid(scene.shape[1], 1)[0] - base.x) < base.rx).astype(np.float32)


def _inset(scene: Picture, base: Base) -> Plane:
    return base.rx - np.abs(grid(scene.shape[1], 1)[0] - base.x)


def _front_edge(scene: Picture, base: Base) -> Plane:
    """Row where the wall meets the floor, per column."""
    return base.y + base.wall + base.ry * np.sqrt(1.0 - _across(scene, base) ** 2)


def _shading(scene: Picture, base: Base, look: Look) -> Plane:
    """Light along the cylinder: a lambert term and two soft-box streaks."""
    u = _across(scene, base) * look.side
    lambert = np.maximum(0.0, 0.62 * u + 0.78 * np.sqrt(1.0 - u * u))
    streaks = 0.20 * np.exp(-(((u - 0.58) / 0.10) ** 2)) + 0.09 * np.exp(-(((u + 0.74) / 0.07) ** 2))
    return 0.56 + 0.46 * lambert + look.shine * streaks


def _wall(scene: Picture, base: Base, look: Look) -> Picture:
    row = grid(scene.shape[1], scene.shape[0])[1]
    low = (row - _front_edge(scene, base) + base.wall) / base.wall
    occlusion = 1.0 - 0.22 * smoothstep(0.55, 1.05, low)
    bevel = 1.0 + 0.10 * np.exp(-(((low - 0.05) / 0.035) ** 2))
    light = _shading(scene, base, look) * occlusion * bevel
    gloss = np.clip(light - 1.0, 0.0, None)
    return flat(look.base) * np.minimum(light, 1.0)[..., None] + (0.9 * gloss + 0.015)[..., None]


def _top(scene: Picture, base: Base, look: Look) -> Picture:
    x, y = grid(scene.shape[1], scene.shape[0])
    u, v = (x - base.x) / base.rx, (y - base.y) / base.ry
    sheen = np.exp(-(((u - 0.45 * look.side + 0.30 * v) / 0.42) ** 2))
    pale = flat(blend(look.base, (1.0, 1.0, 1.0), 0.10))
    return pale * (0.90 + 0.06 * v)[..., None] + (0.13 * look.shine * sheen)[..., None]


def bent(scene: Picture, base: Base, sheet: Plane) -> Plane:
    """A flat sheet laid around the middle of the wall, as the scene sees it: arc length becomes the sheet's x."""
    height, width = scene.shape[:2]
    row = grid(width, height)[1]
    arc = np.arcsin(np.clip(_across(scene, base), -0.999, 0.999)) * base.rx + sheet.shape[1] / 2.0
    below = row - (_front_edge(scene, base) - base.wall) - (base.wall - sheet.shape[0]) * 0.5
    where_x, where_y = np.broadcast_to(arc, (height, width)).astype(np.float32), below.astype(np.float32)
    return np.asarray(cv2.remap(sheet, where_x, where_y, cv2.INTER_LINEAR), np.float32)


def wall_light(scene: Picture, base: Base, look: Look) -> Plane:
    """Light along the wall, about 1 where the lamp meets it; a row that broadcasts."""
    return _shading(scene, base, look)


def _inscribed(scene: Picture, base: Base, look: Look, name: Plane) -> Picture:
    """The name bent around the wall."""
    ink = bent(scene, base, name)
    lit = np.clip(_shading(scene, base, look), 0.0, 1.08)[..., None] * flat(look.letters)
    lip = np.clip(shift(ink, 0.0, 1.2 * base.unit) - ink, 0.0, 1.0)
    cut = mix(scene, WHITE, 0.30 * lip)
    return mix(cut, lit, ink)
