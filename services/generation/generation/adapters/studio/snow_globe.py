"""Style `snow-globe`: the figure in the snow inside a ball of glass, on a turned foot with a name plate."""

from dataclasses import dataclass

import numpy as np

from .backdrop import finished, room
from .base import Base, ellipse, set_down
from .brief import Brief
from .cutout import Subject
from .globe import behind_glass
from .looks import Look
from .pixels import Picture, Size, Window, blur, coverage, flat, grid, mix, smoothstep
from .turned import TALL, TILT, WIDE, Foot, collar, turned_foot
from .winter import winter

_SUNK = 0.80
"""How far below its middle the globe enters the collar, in radii."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Middle and radius of the globe and its window; where the foot meets the table."""

    x: float
    y: float
    radius: float
    foot: Foot
    floor: Base


def snow_globe(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    plan = _planned(size)
    scene = room(
        size, look, centre=(plan.x, plan.y), horizon=plan.floor.y - 1.3 * plan.floor.ry, reach=1.28 * plan.radius
    )
    scene = _light_on_the_table(set_down(scene, plan.floor, look), plan, look)
    scene = collar(scene, plan.foot)
    window = _window(plan)
    scene = behind_glass(scene, winter(subject, look, window[0].stop - window[0].start), window, look)
    return finished(turned_foot(scene, plan.foot, look, brief.title), look)


def _planned(size: Size) -> _Plan:
    """As large as the frame allows, a hand's breadth of table in front."""
    width, height = size
    tall = 1.0 + _SUNK + TALL + TILT * WIDE
    radius = min(0.855 * height / tall, 0.405 * width)
    y = 0.48 * (height - radius * tall) + radius
    foot = Foot(x=width / 2, y=y + _SUNK * radius, radius=radius)
    rx = WIDE * radius
    floor = Base(x=width / 2, y=foot.y + 0.75 * TALL * radius, rx=rx, ry=TILT * rx, wall=0.25 * TALL * radius)
    return _Plan(x=width / 2, y=y, radius=radius, foot=foot, floor=floor)


def _window(plan: _Plan) -> Window:
    left, top, side = round(plan.x - plan.radius), round(plan.y - plan.radius), 2 * round(plan.radius)
    return slice(top, top + side), slice(left, left + side)


def _light_on_the_table(scene: Picture, plan: _Plan, look: Look) -> Picture:
    """The globe's long shadow, and in it the light that the water gathers."""
    away, radius = -look.side, plan.radius
    row = plan.floor.bottom - 0.17 * radius
    x = plan.x + 0.92 * radius * away
    thrown = blur(coverage(ellipse(scene, x, row, 0.78 * radius, 0.125 * radius)), 0.055 * radius)
    scene = mix(scene, flat(look.shade), 0.36 * thrown)
    pool = blur(coverage(ellipse(scene, x + 0.16 * radius * away, row, 0.20 * radius, 0.030 * radius)), 0.030 * radius)
    arc = np.exp(
        -((ellipse(scene, x + 0.05 * radius * away, row, 0.42 * radius, 0.062 * radius) / (0.022 * radius)) ** 2)
    )
    side = smoothstep(0.0, 0.45 * radius, (grid(scene.shape[1], 1)[0] - x) * away)
    bright = np.clip(0.80 * pool + 0.16 * blur(arc * side, 0.014 * radius), 0.0, 1.0)
    return mix(scene, flat(look.glow), 0.62 * bright * look.shine)
