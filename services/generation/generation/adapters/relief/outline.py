"""The shape of the carrier plate: one smooth piece, nowhere too thin, with a foot (millimetres, y upwards)."""

from dataclasses import dataclass

import cv2
import numpy as np
from manifold3d import CrossSection

from generation.adapters.studio.pixels import Plane, blur

from .kernel import Points, bounds_of, loops_of, moved, offset, parts_of, shape_from

THINNEST = 1.6
"""What two extrusion lines of a usual 0.4 mm nozzle print, twice over."""
_RIM = 1.2
"""Plate beyond the figure."""
_CRUMB = 0.05
"""Parts smaller than this share of the largest are left out; others are joined to it."""
_STRUT = 4.0
_SUNK = 2.0
"""How deep the foot reaches into the base."""
_TOUCH = 0.3
_FINE = 0.02
"""Corners closer to the line than this are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The plate as it is cut, and the left and right edge of its foot; the base's top is at y = 0."""

    shape: CrossSection
    foot: tuple[float, float]


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
    return shape_from(loops, holes_turn=False).simplify(_FINE)


def _rounded(loop: Points, reach: int) -> Points:
    """Pixel stairs averaged away along the line."""
    if loop.shape[0] <= 2 * reach:
        return loop
    kernel = np.hanning(2 * reach + 3)[1:-1]
    kernel /= kernel.sum()
    around = np.concatenate([loop[-reach:], loop, loop[:reach]])
    smooth = (np.asarray(np.convolve(around[:, axis], kernel, "valid"), np.float64) for axis in (0, 1))
    return np.column_stack(tuple(smooth))


def plate(figure: CrossSection) -> Outline:
    """The plate under a figure that stands at y = 0 or above."""
    shape = _sturdy(_joined(_die_cut(figure)))
    left, right = _foot(shape)
    # Where the foot only touches the figure, a hair's breadth is closed: no body may meet itself along an edge.
    standing = offset(offset(shape + _pillar(shape, left, right), _TOUCH), -_TOUCH)
    return Outline(shape=_sturdy(_filled(standing)).simplify(_FINE), foot=(left, right))


def _die_cut(figure: CrossSection) -> CrossSection:
    """A rim around the figure, inner corners and narrow gaps rounded as a router bit leaves them."""
    _, low, _, high = bounds_of(figure)
    corner = 0.07 * (high - low)
    return _filled(offset(offset(figure, _RIM + corner), -corner))


def _filled(shape: CrossSection) -> CrossSection:
    """Holes too small to print are closed."""
    loops = [loop for loop in loops_of(shape) if _area(loop) > 0 or _area(loop) < -4.0 * THINNEST**2]
    return shape_from(loops, holes_turn=True)


def _joined(shape: CrossSection) -> CrossSection:
    """One piece: crumbs left out, what floats tied to the rest with a strut."""
    whole, *others = parts_of(shape)
    least = _CRUMB * whole.area()
    waiting = [part for part in others if part.area() > least]
    while waiting:
        ties = [_nearest(whole, part) for part in waiting]
        index = min(range(len(ties)), key=lambda at: float(np.linalg.norm(ties[at][0] - ties[at][1])))
        whole = whole + waiting.pop(index) + _strut(*ties[index])
    return whole


def _nearest(one: CrossSection, other: CrossSection) -> tuple[Points, Points]:
    """The two points where the shapes come closest."""
    a, b = np.concatenate(loops_of(one)), np.concatenate(loops_of(other))
    gaps = np.asarray([np.linalg.norm(b - point, axis=1).min() for point in a])
    start = a[int(gaps.argmin())]
    return start, b[int(np.linalg.norm(b - start, axis=1).argmin())]


def _strut(a: Points, b: Points) -> CrossSection:
    """A bar with round ends, wide enough to hold, rooted in both shapes."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6) * _STRUT
    ends = [moved(CrossSection.circle(_STRUT / 2, 32), float(x), float(y)) for x, y in (a - along, b + along)]
    return CrossSection.batch_hull(ends)


def _sturdy(shape: CrossSection) -> CrossSection:
    """Whatever is thinner than can be printed goes."""
    return parts_of(offset(offset(shape, -THINNEST / 2), THINNEST / 2))[0]


def _foot(shape: CrossSection) -> tuple[float, float]:
    """Where the plate enters the base: under its centre of mass, and under whatever of it stands on the ground."""
    centre = centroid(shape)[0]
    left, _, right, top = bounds_of(shape)
    half = max(0.19 * (right - left), 0.07 * top, 3.0)
    standing = np.concatenate([loop[loop[:, 1] < 0.02 * top] for loop in loops_of(shape)])[:, 0]
    ends = (float(standing.min()), float(standing.max())) if standing.size else (centre, centre)
    return min(centre - half, ends[0]), max(centre + half, ends[1])


def _pillar(shape: CrossSection, left: float, right: float) -> CrossSection:
    """From inside the base up to the figure, wherever it begins above the foot."""
    _, _, _, top = bounds_of(shape)
    column = moved(CrossSection.square((right - left, top)), left, 0.0) ^ shape
    begin = min((float(loop[:, 1].min()) for loop in loops_of(column)), default=0.0)
    reach = begin + max(3.0, 0.06 * top)
    foot = moved(CrossSection.square((right - left, reach + _SUNK)), left, -_SUNK)
    # Beside the figure's own lower edge the foot must not show: only what comes out of the base is added.
    loose = [piece for piece in parts_of(foot - shape) if bounds_of(piece)[1] > -_SUNK + 0.01]
    return foot - CrossSection.compose(loose) if loose else foot


def centroid(shape: CrossSection) -> tuple[float, float]:
    """The centre of mass of a flat shape."""
    total, x, y = 0.0, 0.0, 0.0
    for loop in loops_of(shape):
        following = np.roll(loop, -1, axis=0)
        cross = loop[:, 0] * following[:, 1] - following[:, 0] * loop[:, 1]
        total += float(cross.sum()) / 2
        x += float(((loop[:, 0] + following[:, 0]) * cross).sum()) / 6
        y += float(((loop[:, 1] + following[:, 1]) * cross).sum()) / 6
    return x / total, y / total


def narrowest(shape: CrossSection, *, at_most: float) -> float:
    """The width that every part of the shape has at least, up to `at_most`."""
    for width in (at_most, 0.75 * at_most, THINNEST, 0.75 * THINNEST, 0.5 * THINNEST):
        opened = offset(offset(shape, -width / 2), width / 2)
        # Corners sharper than the nozzle's circle lose a sliver each, which is no thin wall.
        if all(piece.area() < 0.25 * THINNEST**2 for piece in parts_of(shape - offset(opened, 0.05))):
            return width
    return 0.0


def _area(loop: Points) -> float:
    following = np.roll(loop, -1, axis=0)
    return float((loop[:, 0] * following[:, 1] - following[:, 0] * loop[:, 1]).sum()) / 2
