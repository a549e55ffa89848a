"""Style `window-box`: the figure on its base inside a printed carton with a clear window."""

from dataclasses import dataclass
from math import hypot

import numpy as np

from .backdrop import finished, room
from .base import Base, ellipse, set_down, stand
from .camera import Camera, Point
from .carton import Front, back_card, card_edge, front_panel, side_panel, window_cut
from .cutout import Subject
from .looks import Look
from .pixels import (
    Picture,
    Plane,
    Size,
    blend,
    blur,
    coverage,
    flat,
    grid,
    mix,
    polygon,
    shift,
    signed_distance,
    to_floats,
    warp,
)

_PITCH = 7.5
_DEEP = 0.36
"""Depth of the box as a share of its height, which is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """The carton in space and the camera on it."""

    wide: float
    camera: Camera
    size: Size
    look: Look

    def quad(self, corners: tuple[Point, Point, Point, Point]) -> list[tuple[float, float]]:
        return self.camera.pixels(corners)

    def plane(self, z: float) -> list[tuple[float, float]]:
        """An upright plane as large as the front, at depth z, clockwise from top-left."""
        w = self.wide / 2
        return self.quad(((-w, 1.0, z), (w, 1.0, z), (w, 0.0, z), (-w, 0.0, z)))

    def flank(self, x: float) -> list[tuple[float, float]]:
        """A side wall, its front edge first on the right-hand side."""
        near, far = (0.0, -_DEEP) if x > 0 else (-_DEEP, 0.0)
        return self.quad(((x, 1.0, near), (x, 1.0, far), (x, 0.0, far), (x, 0.0, near)))

    @property
    def panel(self) -> Size:
        """Pixels in which the front is drawn: as many as it covers."""
        (ax, ay), _, _, (dx, dy) = self.plane(0.0)
        high = round(hypot(dx - ax, dy - ay))
        return round(high * self.wide), high


def window_box(subject: Subject, look: Look, size: Size, title: str) -> Picture:
    """The finished picture, RGB 0..1."""
    box = _boxed(subject, look, size)
    front = front_panel(box.panel, look, title)
    quad = box.plane(0.0)
    middle = (sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4)
    foot = box.camera.pixel((0.0, 0.0, -_DEEP / 2))[1]
    scene = room(size, look, centre=middle, horizon=foot - 0.05 * size[1], reach=0.60 * (quad[2][1] - quad[0][1]))
    scene = _shadowed(scene, box)
    carton, opaque = _carton(scene, box, front, subject, title)
    scene = _reflected(scene, carton, box)
    return finished(mix(scene, carton, opaque), look)


def _boxed(subject: Subject, look: Look, size: Size) -> _Box:
    """A carton shaped for its figure and its frame, fitted into the picture."""
    width, height = size
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    wide = float(np.clip(0.46 + 0.40 * aspect, 0.66, max(0.74, min(1.22, 0.86 * width / height))))
    w = wide / 2
    corners = [(x, y, z) for x in (-w, w) for y in (0.0, 1.0) for z in (0.0, -_DEEP)]
    window = (0.09 * width, 0.07 * height, 0.91 * width, 0.905 * height)
    camera = Camera(yaw=look.yaw, pitch=_PITCH, distance=3.4, height=0.5).fitted(corners, window)
    return _Box(wide=wide, camera=camera, size=size, look=look)


def _carton(scene: Picture, box: _Box, front: Front, subject: Subject, title: str) -> tuple[Picture, Plane]:
    """Everything of the box, and its outline."""
    quad = box.plane(0.0)
    face = polygon(quad, box.size)
    hole = np.clip(warp(front.window, quad, box.size), 0.0, 1.0)
    carton = _inside(scene, box, subject)
    unit = 0.006 * front.window.shape[0]
    lit, inner = card_edge(hole, box.look, unit)
    carton = mix(carton, flat(box.look.shade), 0.62 * inner)
    carton = mix(carton, flat((0.97, 0.95, 0.91)), 0.85 * lit)
    carton = _glazed(carton, hole, quad, box.look)
    printed = warp(front.colour, quad, box.size, bleed=True) * _front_light(box)
    carton = mix(carton, printed, face * (1.0 - hole))
    flank = _flank(box, title)
    lid = polygon(_lid(box), box.size)
    top = flat(blend(box.look.card, (1.0, 1.0, 1.0), 0.22))
    carton = mix(mix(carton, top, lid * (1.0 - face)), flank[0], flank[1] * (1.0 - face))
    carton = _edges(carton, box)
    return carton, np.clip(face + (1.0 - face) * np.maximum(flank[1], lid), 0.0, 1.0)


def _front_light(box: _Box) -> Plane:
    """A soft fall of light over the front, away from the lamp."""
    x, y = grid(*box.size)
    return (1.0 + 0.07 * ((x / box.size[0] - 0.5) * box.look.side - (y / box.size[1] - 0.5)))[..., None].astype(
        np.float32
    )


def _flank(box: _Box, title: str) -> tuple[Picture, Plane]:
    """The side that is seen, lit or in shade."""
    x = box.wide / 2 if box.look.yaw < 0 else -box.wide / 2
    quad = box.flank(x)
    high = box.panel[1]
    art = side_panel((max(24, round(high * _DEEP)), high), box.look, title)
    towards = 1.0 if (x > 0) == (box.look.side > 0) else 0.0
    light = 0.62 + 0.26 * towards
    return warp(art, quad, box.size, bleed=True) * np.float32(light), polygon(quad, box.size)


def _lid(box: _Box) -> list[tuple[float, float]]:
    w = box.wide / 2
    return box.quad(((-w, 1.0, -_DEEP), (w, 1.0, -_DEEP), (w, 1.0, 0.0), (-w, 1.0, 0.0)))


def _inside(scene: Picture, box: _Box, subject: Subject) -> Picture:
    """Back card, walls, tray, base and figure, as seen through the front."""
    look, deep = box.look, -_DEEP * 0.96
    card = warp(back_card(box.panel, look), box.plane(deep), box.size, bleed=True)
    inside = mix(scene, card, polygon(box.plane(deep), box.size))
    for x, light in ((-box.wide / 2, 0.80 - 0.14 * look.side), (box.wide / 2, 0.80 + 0.14 * look.side)):
        tone = np.asarray(look.inside, np.float32) * np.float32(light)
        inside = mix(inside, tone, polygon(box.flank(x), box.size))
    cut = window_cut(box.panel)
    floor = 1.0 - cut.bottom / box.panel[1] + 0.004
    w = box.wide / 2
    tray = polygon(box.quad(((-w, floor, deep), (w, floor, deep), (w, floor, 0.0), (-w, floor, 0.0))), box.size)
    tone = flat(blend(look.inside, (1.0, 1.0, 1.0), 0.18))
    inside = mix(inside, tone, tray)
    return _populated(inside, box, subject, floor, 1.0 - cut.top / box.panel[1])


def _populated(inside: Picture, box: _Box, subject: Subject, floor: float, ceiling: float) -> Picture:
    """The base and the figure half-way into the box."""
    depth = -_DEEP * 0.50
    _, foot = box.camera.pixel((0.0, floor, depth))
    _, above = box.camera.pixel((0.0, floor + 0.1, depth))
    pixels = (foot - above) / 0.1
    high = (ceiling - floor) * 0.80
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = min(high - 0.05, 0.80 * box.wide / aspect)
    rx = float(np.clip(0.52 * tall * aspect, 0.17 * box.wide, 0.33 * box.wide)) * pixels
    x, _ = box.camera.pixel((0.0, floor, depth))
    base = Base(x=x, y=foot - 0.036 * pixels, rx=rx, ry=0.16 * rx, wall=0.036 * pixels)
    placed = stand(set_down(inside, base, box.look), base, box.look, None)
    lift = floor + 0.036
    half = tall * aspect / 2
    corners = ((-half, lift + tall, depth), (half, lift + tall, depth), (half, lift, depth), (-half, lift, depth))
    return _figure(placed, box, subject, box.quad(corners), base)


def _figure(scene: Picture, box: _Box, subject: Subject, quad: list[tuple[float, float]], base: Base) -> Picture:
    """The subject with a white keyline and its shadow on the card behind."""
    ink = np.clip(warp(to_floats(subject.alpha), quad, box.size), 0.0, 1.0)
    weighted = warp(to_floats(subject.colour) * to_floats(subject.alpha)[..., None], quad, box.size)
    colour = np.clip(weighted / np.maximum(ink, 1e-3)[..., None], 0.0, 1.0)
    unit = min(box.size) / 1024.0
    outline = blur(signed_distance(blur(ink, 1.4 * unit)), 1.1)
    key = coverage(outline + np.float32(6.0 * unit))
    thrown = blur(shift(key, -box.look.side * 26.0 * unit, 12.0 * unit), 12.0 * unit)
    scene = mix(scene, flat(box.look.shade), 0.42 * thrown)
    under = blur(coverage(ellipse(scene, base.x, base.y, 0.55 * base.rx, 0.30 * base.ry)), 6.0 * unit)
    scene = mix(scene, flat(box.look.shade), 0.40 * under)
    scene = mix(scene, flat((0.985, 0.98, 0.97)), key)
    return mix(scene, colour, ink)


def _glazed(scene: Picture, hole: Plane, quad: list[tuple[float, float]], look: Look) -> Picture:
    """Clear foil: two slanting reflections, strongest at the top on the lamp's side."""
    x, y = grid(hole.shape[1], hole.shape[0])
    (left, top), (right, _), _, (_, bottom) = quad
    t = (x - left) / (right - left) + look.side * -0.42 * (y - top) / (bottom - top)
    start = 0.16 if look.side < 0 else 1.02
    bands = sum(
        strength * np.clip((half - np.abs(t - start - look.side * -at)) / 0.02, 0.0, 1.0)
        for at, half, strength in ((0.02, 0.085, 0.17), (0.155, 0.022, 0.12))
    )
    fade = np.clip(1.15 - 0.9 * (y - top) / (bottom - top), 0.0, 1.0)
    screen = (look.shine * bands * fade * hole + 0.035 * hole)[..., None]
    return scene + screen * (1.0 - scene)


def _edges(scene: Picture, box: _Box) -> Picture:
    """Folded card catches light along its edges."""
    front = box.plane(0.0)
    outline = np.abs(signed_distance(polygon(front, box.size)))
    line = np.exp(-((outline / 1.3) ** 2)) * 0.30
    return mix(scene, flat(blend(box.look.card, (1.0, 1.0, 1.0), 0.6)), line)


def _shadowed(scene: Picture, box: _Box) -> Picture:
    """Contact, ambient and cast shadow on the floor."""
    w, away = box.wide / 2, -box.look.side
    feet = box.quad(((-w, 0.0, -_DEEP), (w, 0.0, -_DEEP), (w, 0.0, 0.0), (-w, 0.0, 0.0)))
    reach = 0.36 * away
    thrown = box.quad(((-w + reach, 0.0, -_DEEP - 0.3), (w + reach, 0.0, -_DEEP - 0.3), (w, 0.0, 0.0), (-w, 0.0, 0.0)))
    unit = min(box.size) / 1024.0
    tone = flat(box.look.shade)
    scene = mix(scene, tone, 0.50 * blur(polygon(thrown, box.size), 30.0 * unit))
    scene = mix(scene, tone, 0.45 * blur(polygon(feet, box.size), 26.0 * unit))
    return mix(scene, tone, 0.85 * blur(polygon(feet, box.size), 5.0 * unit))


def _reflected(scene: Picture, carton: Picture, box: _Box) -> Picture:
    """The front once more in the polished floor, fading within a hand's breadth."""
    low = 0.16
    w = box.wide / 2
    below = box.quad(((-w, 0.0, 0.0), (w, 0.0, 0.0), (w, -low, 0.0), (-w, -low, 0.0)))
    (_, top), (_, _), (_, _), (_, bottom) = box.plane(0.0)
    (left, _), (right, _), _, _ = box.plane(0.0)
    strip = carton[round(bottom - (bottom - top) * low) : round(bottom), max(0, round(left)) : round(right)][::-1]
    fade = np.linspace(1.0, 0.0, strip.shape[0], dtype=np.float32)[:, None] ** 1.6 * np.ones(
        (1, strip.shape[1]), np.float32
    )
    image, alpha = warp(np.ascontiguousarray(strip), below, box.size), warp(fade, below, box.size)
    return mix(scene, image, 0.24 * box.look.shine * alpha)
