"""Style `keychain`: the subject as a clear acrylic charm hanging from a ring, its name on a plate below."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np

from .acrylic import Sheet, cut_sheet, stand_up
from .backdrop import finished, room
from .brief import Brief
from .cutout import Subject
from .figure import placed_figure, upright
from .hardware import Plate, Wire, bent, engraved, hung_shadow, mark, peg, plate_for
from .looks import Look
from .pixels import Picture, Size, blur, coverage, flat, grid, mix, shift

_RIM = 27.0
_RING, _LINK = 60.0, 24.0
"""Radii of the large ring and of a link, in 1024ths of the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Where everything hangs, in pixels: `x` is the plumb line, `hole` and `end` the rows of the charm's two holes."""

    x: float
    peg: float
    hole: float
    end: float
    left: float
    top: float
    width: float
    height: float
    unit: float
    plate: Plate | None


def keychain(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    plan = _planned(subject, size, brief.title)
    middle = (size[0] / 2.0, plan.top + 0.45 * plan.height)
    reach = min(0.62 * plan.height + 0.1 * min(size), 0.44 * size[0])
    scene = room(size, look, centre=middle, horizon=1.5 * size[1], reach=reach)
    sheet = _charm(subject, plan, size, look)
    wires = _wires(plan)
    scene = _shadowed(scene, sheet, plan, wires, look)
    for index, wire in enumerate(wires[:2]):
        scene = bent(scene, wire, look, turns=2 - index)
    scene = stand_up(scene, sheet, look, plan.unit)
    for wire in wires[2:]:
        scene = bent(scene, wire, look)
    if plan.plate is not None:
        scene = engraved(scene, plan.plate, brief.title, look)
        scene = bent(scene, wires[-1], look, above=plan.plate.ear)
    return finished(peg(scene, plan.x, plan.peg, 21.0 * plan.unit, look), look)


def _planned(subject: Subject, size: Size, title: str) -> _Plan:
    """As large as ring, charm and plate together allow, plumb below its centre of mass."""
    width, height = size
    unit = min(size) / 1024.0
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    above = (2 * _RING + 2 * _LINK + 12.0) * unit
    plate = plate_for(title, width / 2, 0.0, 0.60 * width, unit)
    below = 150.0 * unit if plate is not None else 24.0 * unit
    start = max(0.042 * height, 34.0 * unit)
    room_y = min(height - start - above - below - 0.05 * height - 2 * _RIM * unit - 20.0 * unit, 900.0 * unit)
    hang = _hanging_point(subject)
    room_x = 0.43 * width - _RIM * unit
    tall = min(room_y, room_x / (aspect * max(hang, 1.0 - hang)))
    sunk = min(_free_above(subject, hang, 86.0 * unit / tall) * tall, 0.75 * above)
    spare = max(0.0, height - start - above - tall + sunk - below - 0.05 * height - 2 * _RIM * unit)
    start += 0.40 * spare
    hole = start + above
    top = hole + 20.0 * unit + _RIM * unit * 0.4 - sunk
    end = top + tall + 0.75 * _RIM * unit
    placed = plate_for(title, width / 2, end + 44.0 * unit, 0.60 * width, unit)
    return _Plan(
        x=width / 2, peg=start, hole=hole, end=end, left=width / 2 - hang * tall * aspect, top=top,
        width=tall * aspect, height=tall, unit=unit, plate=placed,
    )  # fmt: skip


def _free_above(subject: Subject, hang: float, clear: float) -> float:
    """How far, in heights, the subject stays below its highest point beside the plumb line."""
    height, width = subject.alpha.shape
    reach = clear * height
    part = subject.alpha[:, max(0, round(hang * width - reach)) : round(hang * width + reach) + 1]
    rows = np.flatnonzero(part.max(axis=1) > 128)
    return float(rows[0]) / height if rows.size else 0.0


def _hanging_point(subject: Subject) -> float:
    """Where along its width to drill the hole: near the centre of mass, but rather where the subject is high."""
    solid = (subject.alpha > 128).astype(np.uint8)
    filled = np.asarray(cv2.reduce(solid, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F), np.float32)[0]
    place = np.arange(len(filled), dtype=np.float32)
    mass = float((filled * place).sum()) / max(float(filled.sum()), 1.0)
    tops = np.where(filled > 0.0, np.asarray(solid.argmax(axis=0), np.float32), np.float32(solid.shape[0]))
    best = float(np.argmin(tops + 0.9 * np.abs(place - mass)))
    return float(np.clip((0.65 * best + 0.35 * mass) / len(filled), 0.2, 0.8))


def _charm(subject: Subject, plan: _Plan, size: Size, look: Look) -> Sheet:
    """The sheet around the subject, with an ear above and, for the plate, one below."""
    swing = radians(-1.4 * look.side)
    turned = [
        (
            plan.x + (x - plan.x) * cos(swing) - (y - plan.hole) * sin(swing),
            plan.hole + (x - plan.x) * sin(swing) + (y - plan.hole) * cos(swing),
        )
        for x, y in upright(plan.left, plan.top, plan.width, plan.height)
    ]
    colour, ink = placed_figure(subject, turned, size)
    x, y = grid(*size)
    unit = plan.unit
    column = ink[:, max(0, round(plan.x - 10 * unit)) : round(plan.x + 10 * unit)].max(axis=1)
    rows = np.flatnonzero(column > 0.5)
    first, last = (float(rows[0]), float(rows[-1])) if rows.size else (plan.top, plan.top + plan.height)
    away = np.hypot(x - plan.x, y - plan.hole)
    tab = (away < 31.0 * unit) | ((np.abs(x - plan.x) < 26.0 * unit) & (y > plan.hole) & (y < first + 20.0 * unit))
    holes = 11.5 * unit - away
    if plan.plate is not None:
        away = np.hypot(x - plan.x, y - plan.end)
        stem = (np.abs(x - plan.x) < 24.0 * unit) & (y < plan.end) & (y > last - 20.0 * unit)
        tab = tab | (away < 27.0 * unit) | stem
        holes = np.maximum(holes, 9.0 * unit - away)
    return cut_sheet(colour, ink, tab.astype(np.float32), unit, holes=holes)


def _wires(plan: _Plan) -> tuple[Wire, ...]:
    """From the peg down: the split ring, a link facing us, one seen from its edge; and one for the plate."""
    unit = plan.unit
    ring = Wire(x=plan.x, y=plan.peg + (_RING - 9.0) * unit, rx=_RING * unit, ry=_RING * unit, thick=6.4 * unit)
    foot = ring.y + ring.ry
    reach = (plan.hole - foot) / 2.0
    link = Wire(x=plan.x, y=foot + 0.72 * reach, rx=15.0 * unit, ry=0.86 * reach, thick=4.4 * unit)
    thin = Wire(x=plan.x, y=plan.hole - 0.42 * reach, rx=4.6 * unit, ry=0.60 * reach + 4.0 * unit, thick=4.2 * unit)
    if plan.plate is None:
        return ring, link, thin
    half = (plan.plate.ear - plan.end) / 2.0
    last = Wire(x=plan.x, y=plan.end + half, rx=4.0 * unit, ry=half + 7.0 * unit, thick=3.6 * unit)
    return ring, link, thin, last


def _shadowed(scene: Picture, sheet: Sheet, plan: _Plan, wires: tuple[Wire, ...], look: Look) -> Picture:
    """What the lamp throws on the wall: dark behind print and metal, lighter behind clear acrylic, a bright seam."""
    size = (scene.shape[1], scene.shape[0])
    unit = plan.unit
    outline = np.maximum(np.maximum(0.42 * sheet.acrylic, sheet.white), mark(size, wires))
    if plan.plate is not None:
        window = plan.plate.window(size)
        outline[window] = np.maximum(outline[window], coverage(plan.plate.distance(window)))
    scene = mix(scene, flat(look.shade), hung_shadow(outline, look, unit))
    seam = np.exp(-(((sheet.depth / np.float32(unit) - 9.0) / 3.4) ** 2)) * sheet.acrylic * (1.0 - sheet.white)
    light = blur(shift(seam, -look.side * 30.0 * unit, 30.0 * unit), 3.0 * unit)
    return mix(scene, flat(look.glow), 0.42 * light)
