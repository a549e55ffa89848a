"""The shape of the carrier plate: one smooth piece, nowhere too thin, with a foot (millimetres, y upwards)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from manifold3d import CrossSection, FillRule, JoinType
from numpy.typing import NDArray

from generation.adapters.studio.pixels import Plane, blur

Points: TypeAlias = NDArray[np.floating[Any]]

THINNEST = 1.6
"""What two extrusion lines of a usual 0.4 mm nozzle print, twice over."""
_RIM = 1.2
"""Plate beyond the figure."""
_CRUMB = 0.05
"""Parts smaller than this share of the largest are left out; others are joined to it."""
_STRUT = 4.0
_SUNK = 2.0
"""How deep the foot reaches into the base."""
_FINE = 0.02
"""Corners closer to the line than this are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The plate as it is extruded, and the edges of its foot: left and right, `joint` is where the base's top is."""

    shape: CrossSection
    foot: tuple[float, float]
    joint: float = 0.0


def traced(mask: Plane, pitch: float) -> CrossSection:
    """The figure's outline from its opacity, `pitch` millimetres per pixel, finer than the pixels."""
    zoom = 4
    smooth = blur(mask.astype(np.float32), 1.2)
    fine = cv2.resize(smooth, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    fine = np.pad(np.asarray(fine > 0.5, np.uint8), 1)
    found, _ = cv2.findContours(fine, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    height = mask.shape[0] * pitch
    loops: list[Points] = []
    for contour in found:
        loop = _rounded(contour[:, 0, :].astype(np.float64), 2 * zoom)
        if loop.shape[0] > 2:
            x, y = (loop[:, 0] - 0.5) / zoom * pitch, height - (loop[:, 1] - 0.5) / zoom * pitch
            loops.append(np.column_stack([x, y]))
    return CrossSection(loops, FillRule.EvenOdd).simplify(_FINE)


def _rounded(loop: Points, reach: int) -> Points:
    """Pixel stairs averaged away along the line."""
    if loop.shape[0] <= 2 * reach:
        return loop
    kernel = np.hanning(2 * reach + 3)[1:-1]
    kernel /= kernel.sum()
    around = np.concatenate([loop[-reach:], loop, loop[:reach]])
    return np.column_stack([np.convolve(around[:, axis], kernel, "valid") for axis in (0, 1)])


def plate(figure: CrossSection) -> Outline:
    """The plate under a figure that stands at y = 0 or above."""
    shape = _die_cut(figure)
    shape = _joined(shape)
    shape = _sturdy(shape)
    left, right = _foot(shape)
    shape = _largest(shape + _pillar(shape, left, right)).simplify(_FINE)
    return Outline(shape=shape, foot=(left, right))


def _die_cut(figure: CrossSection) -> CrossSection:
    """A rim around the figure, inner corners and narrow gaps rounded as a router bit leaves them."""
    _, low, _, high = figure.bounds()
    corner = 0.07 * (high - low)
    grown = figure.offset(_RIM + corner, JoinType.Round, 2.0, 64)
    return _filled(grown.offset(-corner, JoinType.Round, 2.0, 64))


def _filled(shape: CrossSection) -> CrossSection:
    """Holes too small to print are closed."""
    loops = [loop for loop in shape.to_polygons() if _area(loop) > 0 or _area(loop) < -4.0 * THINNEST**2]
    return CrossSection(loops, FillRule.Positive)


def _joined(shape: CrossSection) -> CrossSection:
    """One piece: crumbs left out, what floats tied to the rest with a strut."""
    parts = sorted(shape.decompose(), key=CrossSection.area, reverse=True)
    whole, *others = parts
    waiting = [part for part in others if part.area() > _CRUMB * parts[0].area()]
    while waiting:
        ties = [_nearest(whole, part) for part in waiting]
        index = min(range(len(ties)), key=lambda at: float(np.linalg.norm(ties[at][0] - ties[at][1])))
        whole = whole + waiting.pop(index) + _strut(*ties[index])
    return whole


def _nearest(one: CrossSection, other: CrossSection) -> tuple[Points, Points]:
    """The two points where the shapes come closest."""
    a, b = np.concatenate(one.to_polygons()), np.concatenate(other.to_polygons())
    gaps = np.linalg.norm(a[:, None, :] - b[None, :, :], axis=2)
    i, j = np.unravel_index(int(gaps.argmin()), gaps.shape)
    return a[i], b[j]


def _strut(a: Points, b: Points) -> CrossSection:
    """A bar with round ends, as wide as it needs to be to hold, rooted in both shapes."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6) * _STRUT
    ends = [CrossSection.circle(_STRUT / 2, 32).translate(tuple(point)) for point in (a - along, b + along)]
    return CrossSection.batch_hull(ends)


def _sturdy(shape: CrossSection) -> CrossSection:
    """Whatever is thinner than can be printed goes."""
    half = THINNEST / 2
    return _largest(shape.offset(-half, JoinType.Round, 2.0, 32).offset(half, JoinType.Round, 2.0, 32))


def _foot(shape: CrossSection) -> tuple[float, float]:
    """Where the plate enters the base: under its centre of mass, at least a third as wide as itself."""
    centre = centroid(shape)[0]
    left, _, right, top = shape.bounds()
    half = max(0.19 * (right - left), 0.07 * top, 3.0)
    # Whatever of the figure stands on the ground stands in the base as well.
    ground = [loop[loop[:, 1] < 0.02 * top] for loop in shape.to_polygons()]
    standing = np.concatenate(ground)[:, 0]
    first, last = (float(standing.min()), float(standing.max())) if standing.size else (centre, centre)
    return min(centre - half, first), max(centre + half, last)


def _pillar(shape: CrossSection, left: float, right: float) -> CrossSection:
    """From inside the base up to the figure, wherever it begins above the foot."""
    _, _, _, top = shape.bounds()
    middle, half = (left + right) / 2, (right - left) / 2
    column = CrossSection.square((2 * half, top)).translate((left, 0.0)) ^ shape
    begin = min((float(loop[:, 1].min()) for loop in column.to_polygons()), default=0.0)
    reach = begin + max(3.0, 0.06 * top)
    foot = CrossSection.square((2 * half, reach + _SUNK)).translate((middle - half, -_SUNK))
    # Above the figure's own lower edge the foot must not show: only what lies below it is added.
    return foot - _above(shape, foot)


def _above(shape: CrossSection, foot: CrossSection) -> CrossSection:
    """The pieces of the foot that stick out over the figure's lower edge, left and right of it."""
    free = (foot - shape).decompose()
    loose = [piece for piece in free if piece.bounds()[1] > -_SUNK + 0.01]
    return CrossSection.compose(loose) if loose else CrossSection()


def _largest(shape: CrossSection) -> CrossSection:
    return max(shape.decompose(), key=CrossSection.area, default=CrossSection())


def centroid(shape: CrossSection) -> tuple[float, float]:
    """The centre of mass of a flat shape."""
    total, x, y = 0.0, 0.0, 0.0
    for loop in shape.to_polygons():
        following = np.roll(loop, -1, axis=0)
        cross = loop[:, 0] * following[:, 1] - following[:, 0] * loop[:, 1]
        total += float(cross.sum()) / 2
        x += float(((loop[:, 0] + following[:, 0]) * cross).sum()) / 6
        y += float(((loop[:, 1] + following[:, 1]) * cross).sum()) / 6
    return x / total, y / total


def narrowest(shape: CrossSection, *, at_most: float) -> float:
    """The width that every part of the shape has at least, up to `at_most`."""
    for width in (at_most, 0.75 * at_most, THINNEST, 0.75 * THINNEST, 0.5 * THINNEST):
        opened = shape.offset(-width / 2, JoinType.Round, 2.0, 32).offset(width / 2, JoinType.Round, 2.0, 32)
        lost: Sequence[CrossSection] = (shape - opened.offset(0.05)).decompose()
        # Corners sharper than the nozzle's circle lose a sliver each, which is no thin wall.
        if all(piece.area() < 0.25 * THINNEST**2 for piece in lost):
            return width
    return 0.0


def _area(loop: Points) -> float:
    following = np.roll(loop, -1, axis=0)
    return float((loop[:, 0] * following[:, 1] - following[:, 0] * loop[:, 1]).sum()) / 2
