"""Style `acrylic-standee`: the subject printed in clear acrylic, standing on a named base."""

from dataclasses import dataclass

import numpy as np

from .acrylic import Sheet, cut_sheet, stand_up
from .backdrop import finished, room
from .base import Base, ellipse, front_size, set_down, stand
from .brief import Brief
from .cutout import Subject
from .lettering import lettered
from .looks import Look
from .pixels import Picture, Plane, Size, blur, coverage, flat, grid, mix, shift, to_floats, warp

_RIM = 30.0
"""Acrylic beyond the subject, in 1024ths of the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where things stand, in pixels: the subject's box, the base, the horizon."""

    left: float
    top: float
    width: float
    height: float
    base: Base
    horizon: float
    unit: float


def acrylic_standee(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    plan = _planned(subject, size)
    middle = (plan.base.x, plan.top + plan.height * 0.48)
    reach = min(0.56 * max(plan.height, plan.width, 0.55 * min(size)), 0.42 * size[0])
    scene = room(size, look, centre=middle, horizon=plan.horizon, reach=reach)
    sheet = _printed(subject, plan, size, look)
    scene = _shadowed(scene, sheet, plan, look)
    scene = set_down(scene, plan.base, look)
    name = lettered(brief.title, front_size(plan.base), largest=0.70)
    scene = stand(scene, plan.base, look, name)
    scene = _slot(scene, plan, look)
    scene = stand_up(scene, sheet, look, plan.unit)
    return finished(_mirrored(scene, sheet, plan, look), look)


def _planned(subject: Subject, size: Size) -> _Layout:
    """Base and subject as large as the frame allows, centred as one group."""
    width, height = size
    unit = min(size) / 1024.0
    rim = _RIM * unit
    wall = 84.0 * unit
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    lift = 12.0 * unit if subject.grounded else 26.0 * unit
    room_x, room_y = 0.82 * width - 2 * rim, 0.86 * height - 2 * rim - wall - 0.055 * min(size) - lift
    tall = min(room_y, room_x / aspect)
    wide = tall * aspect
    rx = float(np.clip(0.60 * wide, 0.215 * min(size), min(0.40 * width, 0.36 * min(size))))
    ry = 0.205 * rx
    group = rim + tall + lift + wall + ry
    top = max(0.05 * height + rim, (height - group) * 0.50 + rim)
    base = Base(x=width / 2.0, y=top + tall + lift + 0.15 * ry, rx=rx, ry=ry, wall=wall)
    return _Layout(
        left=width / 2.0 - wide / 2.0, top=top, width=wide, height=tall, base=base, unit=unit,
        horizon=base.y - 1.5 * ry,
    )  # fmt: skip


def _printed(subject: Subject, plan: _Layout, size: Size, look: Look) -> Sheet:
    """The subject in its place, seen from slightly aside, and the sheet cut around it."""
    pinch = plan.height * 0.0009 * look.yaw
    left, right = plan.left, plan.left + plan.width
    top, bottom = plan.top, plan.top + plan.height
    corners = [(left, top + pinch), (right, top - pinch), (right, bottom + pinch * 0.3), (left, bottom - pinch * 0.3)]
    ink = np.clip(warp(to_floats(subject.alpha), corners, size), 0.0, 1.0)
    weighted = warp(to_floats(subject.colour) * to_floats(subject.alpha)[..., None], corners, size)
    colour = np.clip(weighted / np.maximum(ink, 1e-3)[..., None], 0.0, 1.0)
    return cut_sheet(colour, ink, _tab(ink, plan), plan.unit)


def _tab(ink: Plane, plan: _Layout) -> Plane:
    """The foot of the sheet, down into the base."""
    x, y = grid(ink.shape[1], ink.shape[0])
    half = min(0.62 * plan.base.rx, max(0.30 * plan.base.rx, 0.40 * plan.width))
    rows = np.flatnonzero(ink.max(axis=1) > 0.5)
    top = (float(rows[-1]) if rows.size else plan.top) - 0.04 * plan.height
    inside = (np.abs(x - plan.base.x) < half) & (y > top) & (y < plan.base.y)
    return inside.astype(np.float32)


def _shadowed(scene: Picture, sheet: Sheet, plan: _Layout, look: Look) -> Picture:
    """The sheet's own shadow, thrown back on wall and floor away from the lamp."""
    solid = np.maximum(0.45 * sheet.acrylic, sheet.white)
    dropped = shift(solid, -look.side * 0.085 * plan.height, 0.045 * plan.height)
    soft = blur(dropped, 22.0 * plan.unit)
    return mix(scene, flat(look.shade), 0.30 * soft)


def _slot(scene: Picture, plan: _Layout, look: Look) -> Picture:
    """The dark line and soft shade where the sheet enters the base."""
    base = plan.base
    half = min(0.62 * base.rx, max(0.30 * base.rx, 0.40 * plan.width)) + 8.0 * plan.unit
    shade = blur(
        coverage(ellipse(scene, base.x, base.y + 3.0 * plan.unit, half * 1.06, 0.20 * base.ry)), 5.0 * plan.unit
    )
    slot = coverage(ellipse(scene, base.x, base.y, half, 3.4 * plan.unit))
    scene = mix(scene, flat(look.shade), 0.45 * shade)
    return mix(scene, flat(look.shade), 0.70 * slot)


def _mirrored(scene: Picture, sheet: Sheet, plan: _Layout, look: Look) -> Picture:
    """The sheet seen again in the polished top of the base."""
    base = plan.base
    line = round(base.y)
    depth = min(line, scene.shape[0] - line, round(base.ry) + 2)
    if depth < 4:
        return scene
    top = coverage(ellipse(scene, base.x, base.y, base.rx - 2.0, base.ry - 1.5))[line : line + depth]
    fade = np.linspace(1.0, 0.15, depth, dtype=np.float32)[:, None]
    above = slice(line - depth, line)
    alpha = 0.26 * look.shine * sheet.acrylic[above][::-1] * top * fade
    mirrored = scene.copy()
    mirrored[line : line + depth] = mix(scene[line : line + depth], scene[above][::-1], alpha)
    return mirrored
