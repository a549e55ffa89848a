"""A turned plinth of three drums, with a brass plaque for the name."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .base import Base, bent, ellipse, set_down, stand, wall_light
from .lettering import lettered
from .looks import Look
from .materials import BRASS, ramped
from .pixels import Colour, Picture, Plane, blur, coverage, flat, grid, mix, shift, smoothstep


@dataclass(frozen=True, slots=True, kw_only=True)
class Plinth:
    """Its upper drum (the one a figure stands on), the waist and the foot."""

    head: Base
    waist: Base
    foot: Base


def plinth_under(head: Base, unit: float) -> Plinth:
    """The plinth whose upper drum that is."""
    waist = replace(head, y=head.y + head.wall, rx=0.93 * head.rx, ry=0.93 * head.ry, wall=64.0 * unit)
    foot = replace(head, y=waist.y + waist.wall - 2.0 * unit, rx=1.09 * head.rx, ry=1.09 * head.ry, wall=22.0 * unit)
    return Plinth(head=head, waist=waist, foot=foot)


def erect(scene: Picture, plinth: Plinth, look: Look, stone: Colour, title: str) -> Picture:
    """The plinth on the floor, with its shadows; polished stone of that colour."""
    dressed = replace(look, base=stone)
    built = set_down(scene, plinth.foot, dressed)
    top, bottom = int(plinth.head.y - plinth.head.ry) - 8, int(plinth.foot.bottom) + 8
    crop = slice(max(0, top), min(scene.shape[0], bottom))
    view = built[crop]
    for drum in (plinth.foot, plinth.waist, plinth.head):
        lowered = replace(drum, y=drum.y - crop.start)
        view = stand(view, lowered, dressed, None)
        view = _fillet(view, lowered, dressed)
        if drum is plinth.waist:
            view = _plaque(view, lowered, dressed, title)
            view = _overhang(view, replace(plinth.head, y=plinth.head.y - crop.start))
    built = built.copy()
    built[crop] = view
    return built


def _fillet(scene: Picture, drum: Base, look: Look) -> Picture:
    """A fine brass line around the drum's upper edge."""
    thin = max(1.0, 0.008 * drum.rx)
    row = grid(scene.shape[1], scene.shape[0])[1]
    edge = ellipse(scene, drum.x, drum.y + 1.2 * thin, drum.rx, drum.ry)
    line = np.exp(-((edge / thin) ** 2)) * (row > drum.y)
    metal = ramped(np.clip(wall_light(scene, drum, look) * 0.72, 0.0, 1.0), BRASS)
    return mix(scene, metal, 0.85 * line)


def _overhang(scene: Picture, head: Base) -> Picture:
    """The shade the upper drum throws on the waist."""
    below = coverage(ellipse(scene, head.x, head.y + head.wall * 1.9, head.rx * 0.98, head.ry))
    return scene * (1.0 - 0.42 * blur(below, 0.02 * head.rx))[..., None]


def _plaque(scene: Picture, drum: Base, look: Look, title: str) -> Picture:
    """A bevelled brass plate with the name engraved; none without a name."""
    size = (round(1.15 * drum.rx), round(0.70 * drum.wall))
    name = lettered(title, (round(size[0] * 0.90), size[1]), largest=0.62)
    if name is None:
        return scene
    side = (size[0] - name.shape[1]) // 2
    letters = np.pad(name, ((0, 0), (side, size[0] - name.shape[1] - side)))
    plate = _plate(size)
    thick = max(1.0, 0.02 * size[1])
    shade = bent(scene, drum, blur(np.pad(coverage(plate), 12), 2.5 * thick))
    scene = scene * (1.0 - 0.5 * shift(shade, 0.0, 1.5 * thick))[..., None]
    return mix(
        scene,
        bent(scene, drum, _brass(plate, letters, thick)) * _along(scene, drum, look),
        bent(scene, drum, coverage(plate)),
    )


def _along(scene: Picture, drum: Base, look: Look) -> Plane:
    return np.clip(0.50 + 0.55 * wall_light(scene, drum, look), 0.0, 1.25)[..., None]


def _plate(size: tuple[int, int]) -> Plane:
    """Signed distance to a rectangle with round corners, positive inside."""
    x, y = grid(*size)
    radius = 0.16 * size[1]
    dx = np.abs(x - (size[0] - 1) / 2) - (size[0] / 2 - radius - 1.5)
    dy = np.abs(y - (size[1] - 1) / 2) - (size[1] / 2 - radius - 1.5)
    return radius - np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) - np.minimum(np.maximum(dx, dy), 0.0)


def _brass(plate: Plane, letters: Plane, thick: float) -> Picture:
    """Brushed brass: bevelled edge, an inner line, letters cut in and blackened."""
    height, width = plate.shape
    x, y = grid(width, height)
    brushed = np.random.default_rng(7).standard_normal((height, 1), np.float32)
    brushed = np.asarray(cv2.GaussianBlur(brushed, (1, 0 * 2 + 3), 0.8), np.float32)
    tone = 0.66 + 0.10 * np.cos((y / height - 0.35) * 3.0) + 0.012 * brushed + 0.06 * np.sin(x / width * 9.0)
    bevel = 1.0 - smoothstep(0.0, 3.2 * thick, plate)
    tone = tone + bevel * (0.34 - 0.62 * (y / height))
    line = np.exp(-(((plate - 5.5 * thick) / (0.7 * thick)) ** 2))
    metal = ramped(tone - 0.28 * line, BRASS)
    lip = np.clip(shift(letters, 0.0, 1.1 * thick) - letters, 0.0, 1.0)
    return mix(mix(metal, flat((1.0, 0.96, 0.80)), 0.55 * lip), flat((0.13, 0.08, 0.03)), 0.92 * letters)
