"""Style `enamel-pin`: the subject as a hard-enamel pin on its printed backing card."""

from dataclasses import dataclass
from math import hypot

import numpy as np

from .backdrop import finished, room
from .box import Quad
from .brief import Brief
from .camera import Camera
from .carton import card_stock, frame_line, ornament, placed
from .cutout import Subject
from .enamel import pinned, struck
from .figure import placed_figure, upright
from .lettering import lettered
from .looks import Look
from .pixels import Picture, Plane, Size, blend, blur, coverage, flat, grid, mix, polygon, shift, smoothstep, warp

_BAND = 0.19
"""Share of the card's height below the pin, for the name; and half as much above it, for the hole."""
_LEAN = -0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """The card in the picture and flat: corners, pixels across and down, pixels per 1024th of its height."""

    quad: Quad
    size: Size
    unit: float


def enamel_pin(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    card = _laid_out(subject, look, size)
    front, outline = _front(card, subject, look, brief.title)
    (left, top), (right, _), (_, bottom), _ = card.quad
    middle = ((left + right) / 2, (top + bottom) / 2)
    scene = room(size, look, centre=middle, horizon=bottom - 0.035 * size[1], reach=0.60 * (bottom - top))
    opaque = np.clip(warp(outline, card.quad, size), 0.0, 1.0)
    scene = _shadowed(scene, opaque, card, look)
    scene = _edged(scene, opaque, look, min(size) / 1024.0)
    return finished(mix(scene, warp(front, card.quad, size, bleed=True), opaque), look)


def _laid_out(subject: Subject, look: Look, size: Size) -> _Card:
    """A card shaped for its pin, leaning back a little, fitted into the frame."""
    width, height = size
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    wide = float(np.clip(0.46 + 0.36 * aspect, 0.70, max(0.74, min(1.25, 0.84 * width / height))))
    w = wide / 2
    corners = ((-w, 1.0, _LEAN), (w, 1.0, _LEAN), (w, 0.0, 0.0), (-w, 0.0, 0.0))
    window = (0.10 * width, 0.060 * height, 0.90 * width, 0.925 * height)
    camera = Camera(yaw=0.5 * look.yaw, pitch=5.0, distance=3.8, height=0.5).fitted(corners, window)
    quad = camera.pixels(corners)
    (ax, ay), _, _, (dx, dy) = quad
    high = round(hypot(dx - ax, dy - ay))
    return _Card(quad=quad, size=(round(high * wide), high), unit=high / 900.0)


def _front(card: _Card, subject: Subject, look: Look, title: str) -> tuple[Picture, Plane]:
    """The printed card with the pin on it, flat, and the card's outline."""
    width, height = card.size
    stock = card_stock(card.size, look)
    stock = mix(stock, flat(look.card_light), 0.75 * frame_line(card.size, 4.5 * card.unit))
    middle = height * (1.0 - _BAND / 2 - 0.016)
    name = lettered(title, (round(width * 0.78), round(height * _BAND * 0.62)), largest=0.86)
    mark = placed(name, card.size, middle) if name is not None else ornament(card.size, middle)
    stock = mix(stock, flat(look.card_light), mark)
    stock = _spot(stock, card, look)
    room_x, room_y = 0.80 * width, (1.0 - 1.5 * _BAND - 0.05) * height
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = min(room_y, room_x / aspect)
    left, top = (width - tall * aspect) / 2, _centre(card) - tall / 2
    colour, ink = placed_figure(subject, upright(left, top, tall * aspect, tall), card.size)
    front = pinned(stock, struck(colour, ink, card.unit), look, card.unit)
    return front, _die(card)


def _centre(card: _Card) -> float:
    """The row around which the pin is placed."""
    return card.size[1] * (0.5 * _BAND + 1.0 - _BAND) / 2


def _spot(stock: Picture, card: _Card, look: Look) -> Picture:
    """A pale disc that sets the pin off, with a fine ring."""
    width, height = card.size
    x, y = grid(width, height)
    radius = 0.405 * min(width, 0.84 * height)
    away = np.hypot(x - width / 2, y - _centre(card))
    pale = flat(blend(look.card_light, (1.0, 1.0, 1.0), 0.15)) * (1.02 - 0.09 * (y / height))[..., None]
    ring = np.exp(-(((away - radius - 13.0 * card.unit) / (1.8 * card.unit)) ** 2))
    stock = mix(stock, flat(look.card_light), 0.75 * ring)
    return mix(stock, np.broadcast_to(pale, stock.shape), 0.95 * coverage(radius - away))


def _die(card: _Card) -> Plane:
    """The card's outline: round corners and a slot to hang it by."""
    width, height = card.size
    x, y = grid(width, height)

    def slab(cx: float, cy: float, half_x: float, half_y: float, corner: float) -> Plane:
        dx, dy = np.abs(x - cx) - (half_x - corner), np.abs(y - cy) - (half_y - corner)
        return corner - np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) - np.minimum(np.maximum(dx, dy), 0.0)

    sheet = slab((width - 1) / 2, (height - 1) / 2, width / 2 - 1.0, height / 2 - 1.0, 26.0 * card.unit)
    slot = slab(width / 2, 0.062 * height, 44.0 * card.unit, 11.0 * card.unit, 11.0 * card.unit)
    return coverage(np.minimum(sheet, -slot))


def _shadowed(scene: Picture, opaque: Plane, card: _Card, look: Look) -> Picture:
    """On the wall behind, and where the card stands."""
    unit = min(scene.shape[:2]) / 1024.0
    away = -look.side
    thrown = blur(shift(opaque, away * 46.0 * unit, 14.0 * unit), 24.0 * unit)
    scene = mix(scene, flat(look.shade), 0.34 * thrown)
    (_, _), (_, _), (rx, ry), (lx, ly) = card.quad
    foot = [
        (lx, ly - 9 * unit),
        (rx, ry - 9 * unit),
        (rx + away * 4 * unit, ry + 12 * unit),
        (lx + away * 4 * unit, ly + 12 * unit),
    ]
    size = (scene.shape[1], scene.shape[0])
    scene = mix(scene, flat(look.shade), 0.55 * blur(polygon(foot, size), 12.0 * unit))
    return mix(
        scene, flat(look.shade), 0.70 * blur(polygon(foot, size), 3.0 * unit) * smoothstep(0.0, 1.0, 1.0 - opaque)
    )


def _edged(scene: Picture, opaque: Plane, look: Look, unit: float) -> Picture:
    """The thickness of the card on the side that is turned to the viewer."""
    turned = 1.0 if look.yaw < 0 else -1.0
    edge = shift(opaque, turned * 3.2 * unit, -1.2 * unit)
    return mix(scene, flat(blend(look.card, (1.0, 1.0, 1.0), 0.62)), edge)
