"""Polished metal: what a curved surface shows of the lamps around it."""

from dataclasses import dataclass

import cv2
import numpy as np

from .looks import Look, Motif
from .pixels import Colour, Picture, Plane, blur

_STEPS = np.linspace(0.0, 1.0, 256, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metal:
    """The colours of a metal from its darkest reflection to its brightest, evenly spaced."""

    ramp: tuple[Colour, ...]

    def shaded(self, light: Plane) -> Picture:
        """The metal's colour for an amount of reflected light, 0..1."""
        stops = np.linspace(0.0, 1.0, len(self.ramp))
        table = np.stack([np.interp(_STEPS, stops, [stop[c] for stop in self.ramp]) for c in range(3)], axis=1)
        return table.astype(np.float32)[(np.clip(light, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8)]


GOLD = Metal(
    ramp=(
        (0.22, 0.12, 0.04),
        (0.52, 0.35, 0.12),
        (0.80, 0.61, 0.27),
        (0.94, 0.80, 0.46),
        (1.0, 0.93, 0.70),
        (1.0, 0.985, 0.90),
    )
)
SILVER = Metal(
    ramp=(
        (0.13, 0.14, 0.16),
        (0.34, 0.35, 0.38),
        (0.58, 0.59, 0.62),
        (0.78, 0.79, 0.81),
        (0.92, 0.93, 0.94),
        (1.0, 1.0, 1.0),
    )
)


def metal_of(look: Look) -> Metal:
    """Silver where the room is plaster, gold elsewhere."""
    return SILVER if look.motif is Motif.NICHE else GOLD


def slopes(height: Plane) -> tuple[Plane, Plane]:
    """How steeply a surface rises to the right and downwards, in pixels per pixel."""
    across = np.asarray(cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125), np.float32)
    down = np.asarray(cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125), np.float32)
    return across, down


def normals(height: Plane) -> tuple[Plane, Plane, Plane]:
    """Unit normals of a height field in pixels: right, down, towards the viewer."""
    across, down = slopes(height)
    near = 1.0 / np.sqrt(1.0 + across * across + down * down)
    return -across * near, -down * near, near


def reflected(nx: Plane, ny: Plane, nz: Plane, look: Look) -> Plane:
    """How much light a mirror facing that way throws at the viewer: a window, a strip, a pale floor, dark between."""
    rx, ry, rz = 2.0 * nx * nz * look.side, 2.0 * ny * nz, 2.0 * nz * nz - 1.0
    key = np.exp(-(((rx - 0.50) / 0.34) ** 2) - ((ry + 0.55) / 0.34) ** 2)
    strip = np.exp(-(((rx + 0.72) / 0.13) ** 2) - ((ry + 0.05) / 0.70) ** 2)
    floor = np.exp(-(((ry - 0.80) / 0.30) ** 2))
    sky = 0.5 - 0.5 * ry
    return 0.20 + 0.24 * sky + 0.14 * np.maximum(rz, 0.0) + (0.72 * key + 0.36 * strip + 0.16 * floor) * look.shine


def rounded(mask_depth: Plane, radius: float) -> Plane:
    """The height of a body with rounded edges over its distance to the outline, both in pixels."""
    inwards = np.clip(mask_depth / np.float32(radius), 0.0, 1.0)
    return radius * np.sqrt(np.clip(1.0 - (1.0 - inwards) ** 2, 0.0, 1.0))


def cast(depth: Plane, radius: float, look: Look, metal: Metal) -> Picture:
    """A piece of metal cut to a signed distance, its edges rounded over `radius` pixels."""
    height = blur(rounded(depth, radius), 0.25 * radius)
    return metal.shaded(reflected(*normals(height), look))
