"""Style `window-box`: the figure on its base inside a printed carton with a clear window."""

import numpy as np

from .backdrop import finished, room
from .box import DEEP, Box, Quad, boxed
from .brief import Brief
from .carton import Front, card_edge, front_panel, side_panel
from .cutout import Subject
from .diorama import inside
from .looks import Look
from .pixels import Picture, Plane, Size, blend, blur, flat, grid, mix, polygon, signed_distance, warp


def window_box(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    box = boxed(subject, look, size)
    front = front_panel(box.panel, look, brief.title)
    quad = box.plane(0.0)
    middle = (sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4)
    foot = box.camera.pixel((0.0, 0.0, -DEEP / 2))[1]
    scene = room(size, look, centre=middle, horizon=foot - 0.05 * size[1], reach=0.60 * (quad[2][1] - quad[0][1]))
    carton, opaque = _carton(scene, box, front, subject, brief.title)
    scene = _shadowed(_reflected(scene, carton, box), box)
    return finished(mix(scene, carton, opaque), look)


def _carton(scene: Picture, box: Box, front: Front, subject: Subject, title: str) -> tuple[Picture, Plane]:
    """Everything of the box, and its outline."""
    quad = box.plane(0.0)
    face = polygon(quad, box.size)
    hole = np.clip(warp(front.window, quad, box.size), 0.0, 1.0)
    carton = inside(scene, box, subject)
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


def _front_light(box: Box) -> Plane:
    """A soft fall of light over the front, away from the lamp."""
    x, y = grid(*box.size)
    return (1.0 + 0.07 * ((x / box.size[0] - 0.5) * box.look.side - (y / box.size[1] - 0.5)))[..., None].astype(
        np.float32
    )


def _flank(box: Box, title: str) -> tuple[Picture, Plane]:
    """The side that is seen, lit or in shade."""
    x = box.wide / 2 if box.look.yaw < 0 else -box.wide / 2
    quad = box.flank(x)
    high = box.panel[1]
    art = side_panel((max(24, round(high * DEEP)), high), box.look, title)
    towards = 1.0 if (x > 0) == (box.look.side > 0) else 0.0
    light = 0.62 + 0.26 * towards
    return warp(art, quad, box.size, bleed=True) * np.float32(light), polygon(quad, box.size)


def _lid(box: Box) -> Quad:
    w = box.wide / 2
    return box.quad(((-w, 1.0, -DEEP), (w, 1.0, -DEEP), (w, 1.0, 0.0), (-w, 1.0, 0.0)))


def _glazed(scene: Picture, hole: Plane, quad: Quad, look: Look) -> Picture:
    """Clear foil: two slanting reflections, strongest at the top on the lamp's side."""
    x, y = grid(hole.shape[1], hole.shape[0])
    (left, top), (right, _), _, (_, bottom) = quad
    across = (x - left) / (right - left)
    t = (across if look.side < 0 else 1.0 - across) - 0.42 * (y - top) / (bottom - top)
    bands = sum(
        strength * np.clip((half - np.abs(t - at)) / 0.02, 0.0, 1.0)
        for at, half, strength in ((0.10, 0.085, 0.20), (0.235, 0.022, 0.14))
    )
    fade = np.clip(1.15 - 0.9 * (y - top) / (bottom - top), 0.0, 1.0)
    screen = (look.shine * bands * fade * hole + 0.035 * hole)[..., None]
    return scene + screen * (1.0 - scene)


def _edges(scene: Picture, box: Box) -> Picture:
    """Folded card catches light along its edges."""
    front = box.plane(0.0)
    outline = np.abs(signed_distance(polygon(front, box.size)))
    line = np.exp(-((outline / 1.3) ** 2)) * 0.30
    return mix(scene, flat(blend(box.look.card, (1.0, 1.0, 1.0), 0.6)), line)


def _shadowed(scene: Picture, box: Box) -> Picture:
    """Contact, ambient and cast shadow on the floor."""
    w, away = box.wide / 2, -box.look.side
    feet = box.quad(((-w, 0.0, -DEEP), (w, 0.0, -DEEP), (w, 0.0, 0.0), (-w, 0.0, 0.0)))
    reach = 0.36 * away
    thrown = box.quad(((-w + reach, 0.0, -DEEP - 0.3), (w + reach, 0.0, -DEEP - 0.3), (w, 0.0, 0.0), (-w, 0.0, 0.0)))
    unit = min(box.size) / 1024.0
    tone = flat(box.look.shade)
    scene = mix(scene, tone, 0.50 * blur(polygon(thrown, box.size), 30.0 * unit))
    scene = mix(scene, tone, 0.60 * blur(polygon(feet, box.size), 20.0 * unit))
    return mix(scene, tone, 0.92 * blur(polygon(feet, box.size), 4.0 * unit))


def _reflected(scene: Picture, carton: Picture, box: Box) -> Picture:
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
