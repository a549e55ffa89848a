"""The solid: plate, relief and base, one body, standing on z = 0 and looking along -y (millimetres)."""

from dataclasses import dataclass
from math import radians, tan

import cv2
import numpy as np
from manifold3d import CrossSection, Manifold

from generation.adapters.studio.pixels import Bytes, Plane, resize

from .figure import Figure
from .height import heights
from .kernel import Points, bounds_of, box_of, moved, solid_from, triangles_of
from .outline import Outline, plate, traced

PLATE = 2.6
BASE = 6.0
_CHAMFER = (0.6, 1.2)
"""Of the base, below and above."""
_DETAIL = 300
"""Pixels along the figure's longer side: about a third of a millimetre each."""
_COARSEST = 160
"""A smaller figure is enlarged to so many."""
_WIDEST = 1.6
"""Times its height; a wider figure is made less high, so that it still fits a printer."""
_SURE_ANGLE = 24.0
"""Degrees the model may be tipped forward or back at least, when the base is chosen."""
_SMOOTH = 0.02
"""How far a surface may move when triangles that add nothing are removed."""
_RIM = 1.2
"""What the plate adds above the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """The finished body, its plate's shape, and the picture that lies on its front.

    `frame` is left, bottom, width and height of the picture in x and z.
    """

    body: Manifold
    outline: Outline
    figure: Figure
    frame: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """The figure at working size: `pitch` millimetres per pixel, its lower left corner at (0, bottom)."""

    colour: Bytes
    mask: Plane
    pitch: float
    bottom: float
    shape: CrossSection


def build(figure: Figure, height_mm: float) -> Solid:
    """The figure as a relief so high, base included."""
    drawing = _drawn(figure, height_mm - BASE - _RIM)
    outline = plate(drawing.shape)
    body = _standing(_slab(drawing, outline), outline)
    high, wide = drawing.mask.shape
    frame = (0.0, drawing.bottom + BASE, wide * drawing.pitch, high * drawing.pitch)
    return Solid(body=body, outline=outline, figure=figure, frame=frame)


def _drawn(figure: Figure, tall: float) -> _Drawing:
    longest = max(figure.mask.shape)
    scale = min(max(longest, _COARSEST), _DETAIL) / longest
    size = (max(8, round(figure.mask.shape[1] * scale)), max(8, round(figure.mask.shape[0] * scale)))
    mask = np.clip(resize(figure.mask, size), 0.0, 1.0)
    shape = traced(mask, 1.0)
    left, low, right, high = bounds_of(shape)
    pitch = min(tall / (high - low), _WIDEST * tall / (right - left))
    return _Drawing(
        colour=np.asarray(cv2.resize(figure.colour, size, interpolation=cv2.INTER_AREA), np.uint8),
        mask=mask,
        pitch=pitch,
        bottom=-low * pitch,
        shape=moved(shape, 0.0, -low).scale((pitch, pitch)),
    )


def _slab(drawing: _Drawing, outline: Outline) -> Manifold:
    """The relief on its plate, lying on its back: a field of heights, cut along the smooth outline."""
    left, low, right, high = bounds_of(outline.shape)
    pitch = drawing.pitch
    x = np.arange(left - 1.0, right + 1.0 + pitch, pitch)
    y = np.arange(low - 1.0, high + 1.0 + pitch, pitch)
    raised = heights(drawing.colour, drawing.mask, pitch)
    columns = ((x / pitch) - 0.5).astype(np.float32)
    rows = (drawing.mask.shape[0] - (y - drawing.bottom) / pitch - 0.5).astype(np.float32)
    across = np.repeat(columns[None, :], rows.size, axis=0)
    down = np.repeat(rows[:, None], columns.size, axis=1)
    sampled = cv2.remap(raised.astype(np.float32), across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    field = _block(x, y, PLATE + np.asarray(sampled, np.float64))
    return (field ^ outline.shape.extrude(PLATE + 40.0)).simplify(_SMOOTH)


def _block(x: Points, y: Points, z: Points) -> Manifold:
    """What lies between z = 0 and the heights over a rectangle."""
    wide, high = x.size, y.size
    top = np.column_stack([np.tile(x, high), np.repeat(y, wide), z.ravel()])
    at = np.arange(wide * high).reshape(high, wide)
    ring = np.concatenate([at[0, :-1], at[:-1, -1], at[-1, :0:-1], at[:0:-1, 0]])
    floor = top[ring] * (1.0, 1.0, 0.0)
    middle = [[x.mean(), y.mean(), 0.0]]
    vertices = np.concatenate([top, floor, middle])
    a, b, c, d = (part.ravel() for part in (at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]))
    below = wide * high + np.arange(ring.size)
    following, next_below = np.roll(ring, -1), np.roll(below, -1)
    centre = np.full(ring.size, vertices.shape[0] - 1)
    sides = [
        (a, b, c),
        (a, c, d),
        (below, next_below, following),
        (below, following, ring),
        (centre, next_below, below),
    ]
    return solid_from(vertices, np.concatenate([np.column_stack(side) for side in sides]))


def _standing(slab: Manifold, outline: Outline) -> Manifold:
    """The slab upright in its base, which is as large as standing safely needs and bears the whole foot."""
    upright = slab.rotate((90.0, 0.0, 0.0)).translate((0.0, 0.0, BASE))
    centre = mass_centre(upright)
    wide, _, top = (float(high - low) for low, high in zip(*box_of(upright), strict=True))
    half = max(0.36 * wide, 0.5 * wide if wide < 30.0 else 0.0, 0.19 * top)
    half = max(half, *(abs(end - centre[0]) + 3.0 for end in outline.foot))
    deep = max(0.45 * half, (centre[2] + 1.0) * tan(radians(_SURE_ANGLE)) + PLATE / 2)
    base = _base(max(half, 1.15 * deep), deep).translate((centre[0], centre[1], 0.0))
    return (upright + base).simplify(_SMOOTH)


def _base(half: float, deep: float) -> Manifold:
    """A round foot with chamfered edges, drawn out to an ellipse."""
    under, over = _CHAMFER
    profile = CrossSection(
        [
            np.asarray(
                [
                    [0.0, 0.0],
                    [half - under, 0.0],
                    [half, under],
                    [half, BASE - over],
                    [half - over, BASE],
                    [0.0, BASE],
                ]
            )
        ]
    )
    return profile.revolve(160).scale((1.0, deep / half, 1.0))


def mass_centre(body: Manifold) -> Points:
    """The centre of mass of a closed body, from the tetrahedra its triangles span with the origin."""
    vertices, faces = triangles_of(body)
    corners = vertices[faces]
    volumes = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6.0
    return (corners.sum(axis=1) / 4.0 * volumes[:, None]).sum(axis=0) / volumes.sum()
