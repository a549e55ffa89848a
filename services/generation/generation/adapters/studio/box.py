"""A carton in space: its faces as the camera sees them."""

from dataclasses import dataclass
from math import hypot
from typing import TypeAlias

import numpy as np

from .camera import Camera, Point
from .cutout import Subject
from .looks import Look
from .pixels import Size

Quad: TypeAlias = list[tuple[float, float]]
"""Four corners in pixels, clockwise from top-left."""

DEEP = 0.36
"""Depth of the box as a share of its height, which is 1."""

_PITCH = 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The carton in space and the camera on it."""

    wide: float
    camera: Camera
    size: Size
    look: Look

    def quad(self, corners: tuple[Point, Point, Point, Point]) -> Quad:
        """Four corners in pixels."""
        return self.camera.pixels(corners)

    def plane(self, z: float) -> Quad:
        """An upright plane as large as the front, at depth z, clockwise from top-left."""
        w = self.wide / 2
        return self.quad(((-w, 1.0, z), (w, 1.0, z), (w, 0.0, z), (-w, 0.0, z)))

    def flank(self, x: float) -> Quad:
        """A side wall, its front edge first on the right-hand side."""
        near, far = (0.0, -DEEP) if x > 0 else (-DEEP, 0.0)
        return self.quad(((x, 1.0, near), (x, 1.0, far), (x, 0.0, far), (x, 0.0, near)))

    @property
    def panel(self) -> Size:
        """Pixels in which the front is drawn: as many as it covers."""
        (ax, ay), _, _, (dx, dy) = self.plane(0.0)
        high = round(hypot(dx - ax, dy - ay))
        return round(high * self.wide), high


def boxed(subject: Subject, look: Look, size: Size) -> Box:
    """A carton shaped for its figure and its frame, fitted into the picture."""
    width, height = size
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    wide = float(np.clip(0.50 + 0.42 * aspect, 0.68, max(0.74, min(1.22, 0.86 * width / height))))
    w = wide / 2
    corners = [(x, y, z) for x in (-w, w) for y in (0.0, 1.0) for z in (0.0, -DEEP)]
    window = (0.09 * width, 0.07 * height, 0.91 * width, 0.905 * height)
    camera = Camera(yaw=look.yaw, pitch=_PITCH, distance=3.4, height=0.5).fitted(corners, window)
    return Box(wide=wide, camera=camera, size=size, look=look)
