"""What holds a figure that could not stand by itself."""

import numpy as np

from .base import ellipse
from .looks import Look
from .materials import Ramp, ramped
from .pixels import Picture, Plane, blur, coverage, flat, grid, mix
from .placing import Place

_DARK = (0.02, 0.015, 0.01)


def on_stem(scene: Picture, shape: Plane, place: Place, look: Look, metal: Ramp) -> Picture:
    """A rod from the base up behind the figure's centre of mass, with a collar at its foot."""
    x, y = grid(scene.shape[1], scene.shape[0])
    weight = shape.sum(axis=0)
    at = float((weight * x[0]).sum() / max(float(weight.sum()), 1.0))
    half = 7.0 * place.unit
    column = np.flatnonzero(shape[:, int(np.clip(at, 0, scene.shape[1] - 1))] > 0.5)
    end = float(column[-1]) if column.size else place.top + 0.6 * place.height
    u = np.clip((x - at) / half, -1.0, 1.0) * look.side
    light = 0.34 + 0.42 * np.exp(-(((u - 0.35) / 0.32) ** 2)) + 0.14 * np.exp(-(((u + 0.7) / 0.2) ** 2))
    rod = coverage(half - np.abs(x - at)) * ((y > end - 30.0 * place.unit) & (y < place.base.y))
    collar = coverage(ellipse(scene, at, place.base.y, 2.6 * half, 0.9 * half))
    shade = blur(coverage(ellipse(scene, at, place.base.y + 0.4 * half, 4.0 * half, 1.4 * half)), half)
    scene = mix(scene, flat(_DARK), 0.5 * shade)
    scene = mix(scene, ramped(0.55 + 0.25 * u * np.ones_like(y), metal), collar)
    return mix(scene, ramped(np.broadcast_to(light, scene.shape[:2]), metal), rod)
