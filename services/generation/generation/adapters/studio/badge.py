"""When a photo has no subject that can stand alone: the photo itself, on a round badge."""

import numpy as np

from .cutout import Subject
from .palette import deep, palette_of
from .pixels import Bytes, Picture, Plane, coverage, flat, grid, resize, to_bytes, to_floats

_DIAMETER = 900
"""In pixels, of a picture of scale 1."""
_FACE = 0.935
"""Share of the radius the photo fills; the rest is the ring."""


def badge(photo: Bytes, mask: Plane, scale: float = 1.0) -> Subject:
    """A disc as wide as the photo's shorter side, centred on what matters, in an enamel ring."""
    square = _around_what_matters(photo, mask)
    diameter = round(_DIAMETER * scale)
    picture = np.clip(resize(to_floats(square), (diameter, diameter)), 0.0, 1.0)
    half = diameter / 2.0
    x, y = grid(diameter, diameter)
    away = np.hypot(x - half + 0.5, y - half + 0.5)
    alpha = to_bytes(coverage(half - 1.0 - away))
    colour = _ringed(picture, alpha, (away / half))
    return Subject(colour=to_bytes(colour), alpha=alpha, grounded=False)


def _ringed(picture: Picture, alpha: Bytes, away: Picture) -> Picture:
    """The photo inside an enamel ring of its own strongest hue; `away` is the radius, 1 at the rim."""
    hue = palette_of(Subject(colour=to_bytes(picture), alpha=alpha, grounded=False)).accent
    diameter = alpha.shape[0]
    x, y = grid(diameter, diameter)
    tilt = np.clip(1.0 - (0.75 * x + y) / (0.875 * diameter), -1.0, 1.0)
    dome = np.exp(-(((away - (1.0 + _FACE) / 2.0) / 0.012) ** 2))
    enamel = flat(deep(40, 40, hue)) * (1.0 + 0.18 * tilt + 0.22 * dome)[..., None]
    rim = coverage((away - _FACE) * np.float32(diameter / 2.0))
    groove = np.exp(-(((away - _FACE) / 0.006) ** 2))
    return (picture + (enamel - picture) * rim[..., None]) * (1.0 - 0.35 * groove)[..., None]


def _around_what_matters(photo: Bytes, mask: Plane) -> Bytes:
    """The largest square, moved along the longer side to the centre of the rough mask."""
    height, width = photo.shape[:2]
    side = min(height, width)
    weight = resize(mask, (width, height)) + np.float32(1e-4)
    x, y = grid(width, height)
    total = float(weight.sum())
    left = int(np.clip(round(float((weight * x).sum()) / total - side / 2), 0, width - side))
    top = int(np.clip(round(float((weight * y).sum()) / total - side / 2), 0, height - side))
    return photo[top : top + side, left : left + side]
