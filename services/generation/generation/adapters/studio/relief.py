"""A flat cut-out given volume: a cushion from its outline, and on it the photo's own detail."""

from math import ceil

import cv2
import numpy as np

from .pixels import Picture, Plane, blur, luminance, resize

_FINEST = 384
"""Longest side of the grid on which a cushion is inflated."""


_STEEPEST = 2.2
"""Slope beyond which a surface counts as no steeper."""


def inflated(mask: Plane, reach: float) -> Plane:
    """Height in pixels of a cushion over the mask: a disc becomes a half ball, up to about `reach` in radius.

    Solves the screened Poisson equation from coarse to fine; unlike a sum of distance fields it has no ridges.
    """
    height, width = mask.shape
    scale = min(1.0, _FINEST / max(mask.shape))
    sizes = [(max(4, ceil(width * scale * s)), max(4, ceil(height * scale * s))) for s in (0.125, 0.25, 0.5, 1.0)]
    swell = np.zeros((4, 4), np.float32)
    for size, rounds in zip(sizes, (90, 60, 40, 24), strict=True):
        here = np.clip(resize(mask, size), 0.0, 1.0)
        # Twice as fine a grid has four times the squared pixels; the first start is flat.
        swell = _relaxed(resize(swell, size) * 4.0, here, reach * size[0] / width, rounds)
    full = np.asarray(cv2.resize(swell, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return 2.0 * np.sqrt(np.maximum(full, 0.0)) * np.float32(width / sizes[-1][0])


def cushion(alpha: Plane, reach: float, *, grounded: bool) -> Plane:
    """The form's volume; what the photo's edge cut off goes on below, as if the base hid it."""
    if not grounded:
        return inflated(alpha, reach)
    height = alpha.shape[0]
    last = height - 16
    more = np.repeat(alpha[last - 4 : last - 3], max(24, round(0.7 * reach)), axis=0)
    return inflated(np.concatenate([alpha[:last], more, more * 0.0]), reach)[:height]


def _relaxed(swell: Plane, mask: Plane, reach: float, rounds: int) -> Plane:
    """Jacobi steps of u'' = u/reach^2 - 1 with u = 0 outside the mask; u in squared pixels."""
    kernel = np.asarray([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / np.float32(4.0 + 4.0 / reach**2)
    gain = mask / np.float32(4.0 + 4.0 / reach**2)
    u = swell * mask
    for _ in range(rounds):
        u = np.asarray(cv2.filter2D(u, -1, kernel, borderType=cv2.BORDER_CONSTANT), np.float32) * mask + gain
    return u


def modelled(colour: Picture, mask: Plane, faces: Plane, unit: float) -> Plane:
    """The photo's light and dark as a sculptor would keep it: hair no longer darker than skin, creases kept.

    0.5 in the mean; colour differences count a little, for parts of one lightness would melt together.
    """
    light = _smoothed(luminance(colour), unit)
    light += (blur(light, 1.6 * unit) - light) * (0.75 * faces)
    base = _edge_preserved(light, mask, 26.0 * unit, 0.010)
    middle = float((base * mask).sum() / max(float(mask.sum()), 1.0))
    detail = light - base
    energy = blur(detail * detail * mask, 30.0 * unit) / np.maximum(blur(mask, 30.0 * unit), 1e-3)
    spread = np.sqrt(np.maximum(energy, 0.0))
    evened = detail / (spread + np.float32(0.055)) * np.float32(0.10)
    return np.clip(0.5 + (0.27 + 0.14 * faces) * (base - middle) + np.clip(evened, -0.3, 0.3), 0.0, 1.0)


def _smoothed(plane: Plane, unit: float) -> Plane:
    """Without pores and noise, for a sculptor leaves them out."""
    return np.asarray(cv2.bilateralFilter(plane, 7, 0.09, 2.2 * unit), np.float32)


def _edge_preserved(plane: Plane, mask: Plane, radius: float, eps: float) -> Plane:
    """Guided filter of a plane by itself, inside the mask only."""
    size = 2 * max(1, round(radius)) + 1

    def mean(values: Plane) -> Plane:
        return np.asarray(cv2.blur(values, (size, size)), np.float32)

    weight = np.maximum(mean(mask), 1e-3)
    centre = mean(plane * mask) / weight
    spread = np.maximum(mean(plane * plane * mask) / weight - centre * centre, 0.0)
    slope = spread / (spread + np.float32(eps))
    return mean(slope * mask) / weight * plane + mean((centre - slope * centre) * mask) / weight


def normals(height: Plane) -> tuple[Plane, Plane, Plane]:
    """Unit normals of a height field in pixels: right, up, towards the viewer."""
    dx = np.asarray(cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125), np.float32)
    dy = np.asarray(cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125), np.float32)
    # A half ball is upright at its outline, where pixels are too coarse to say so: slopes level off instead.
    gentle = 1.0 / np.sqrt(1.0 + (dx * dx + dy * dy) / np.float32(_STEEPEST**2))
    dx, dy = dx * gentle, dy * gentle
    near = 1.0 / np.sqrt(1.0 + dx * dx + dy * dy)
    return -dx * near, dy * near, near
