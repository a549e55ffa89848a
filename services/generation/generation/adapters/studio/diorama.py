"""What stands inside a window box: back card, walls, tray, and the figure on its base."""

import numpy as np

from .base import Base, ellipse, set_down, stand
from .box import DEEP, Box, Quad
from .carton import back_card, window_cut
from .cutout import Subject
from .pixels import Picture, blend, blur, coverage, flat, mix, offset, polygon, shift, to_floats, warp


def inside(scene: Picture, box: Box, subject: Subject) -> Picture:
    """Back card, walls, tray, base and figure, as seen through the front."""
    look, deep = box.look, -DEEP * 0.96
    card = warp(back_card(box.panel, look), box.plane(deep), box.size, bleed=True)
    seen = mix(scene, card, polygon(box.plane(deep), box.size))
    for x, dark in ((-box.wide / 2, 0.30 + 0.16 * look.side), (box.wide / 2, 0.30 - 0.16 * look.side)):
        tone = flat(blend(look.inside, look.shade, dark))
        seen = mix(seen, tone, polygon(box.flank(x), box.size))
    cut = window_cut(box.panel)
    floor = 1.0 - cut.bottom / box.panel[1] + 0.004
    w = box.wide / 2
    tray = polygon(box.quad(((-w, floor, deep), (w, floor, deep), (w, floor, 0.0), (-w, floor, 0.0))), box.size)
    tone = flat(blend(look.inside, (1.0, 1.0, 1.0), 0.18))
    seen = mix(seen, tone, tray)
    return _populated(seen, box, subject, floor, 1.0 - cut.top / box.panel[1])


def _populated(scene: Picture, box: Box, subject: Subject, floor: float, ceiling: float) -> Picture:
    """The base and the figure half-way into the box."""
    depth = -DEEP * 0.50
    _, foot = box.camera.pixel((0.0, floor, depth))
    _, above = box.camera.pixel((0.0, floor + 0.1, depth))
    pixels = (foot - above) / 0.1
    high = (ceiling - floor) * 0.90
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = min(high - 0.05, 0.73 * box.wide / aspect)
    rx = float(np.clip(0.52 * tall * aspect, 0.17 * box.wide, 0.33 * box.wide)) * pixels
    x, aside = _seen_in_the_middle(box, floor, depth, pixels)
    base = Base(
        x=x, y=foot - 0.036 * pixels, rx=rx, ry=0.16 * rx, wall=0.036 * pixels, unit=max(1.0, min(box.size) / 1024.0)
    )
    placed = stand(set_down(scene, base, box.look), base, box.look, None)
    lift = floor + 0.036
    half = tall * aspect / 2
    left, right = aside - half, aside + half
    corners = ((left, lift + tall, depth), (right, lift + tall, depth), (right, lift, depth), (left, lift, depth))
    return _figure(placed, box, subject, box.quad(corners), base)


def _seen_in_the_middle(box: Box, floor: float, depth: float, pixels: float) -> tuple[float, float]:
    """Where to stand so that the window frames it from this side: pixel column and place in the box."""
    straight, _ = box.camera.pixel((0.0, floor, depth))
    window, _ = box.camera.pixel((0.0, floor, 0.0))
    aside = 0.75 * (window - straight) / pixels
    return box.camera.pixel((aside, floor, depth))[0], aside


def _figure(scene: Picture, box: Box, subject: Subject, quad: Quad, base: Base) -> Picture:
    """The subject with a white keyline and its shadow on the card behind."""
    ink = np.clip(warp(to_floats(subject.alpha), quad, box.size), 0.0, 1.0)
    weighted = warp(to_floats(subject.colour) * to_floats(subject.alpha)[..., None], quad, box.size)
    colour = np.clip(weighted / np.maximum(ink, 1e-3)[..., None], 0.0, 1.0)
    unit = min(box.size) / 1024.0
    key = coverage(blur(offset(blur(ink, 1.6 * unit), out=6.5 * unit, radius=18.0 * unit), 1.1))
    thrown = blur(shift(key, -box.look.side * 26.0 * unit, 12.0 * unit), 12.0 * unit)
    scene = mix(scene, flat(box.look.shade), 0.42 * thrown)
    under = blur(coverage(ellipse(scene, base.x, base.y, 0.55 * base.rx, 0.30 * base.ry)), 6.0 * unit)
    scene = mix(scene, flat(box.look.shade), 0.40 * under)
    scene = mix(scene, flat((0.985, 0.98, 0.97)), key)
    return mix(scene, colour, ink)
