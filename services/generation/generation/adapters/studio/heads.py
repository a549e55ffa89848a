"""Heads made larger: a smooth warp, for what is one piece must stay one piece."""

from dataclasses import replace

import cv2
import numpy as np

from .cutout import Subject
from .faces import Face
from .pixels import Bytes, Plane, grid, smoothstep, to_bytes, to_floats

_LARGEST = 0.42
"""Share of the figure's height above which a head is large already."""


def lone_face(faces: list[Face], subject: Subject) -> Face | None:
    """The face of somebody photographed alone, with enough body below to set a head off."""
    if len(faces) != 1 or faces[0].width > _LARGEST * subject.alpha.shape[0]:
        return None
    return faces[0]


def grown(subject: Subject, face: Face, factor: float) -> tuple[Subject, Face]:
    """The head `factor` times as large above an unmoved neck, and where its face is now."""
    neck = face.y + 0.66 * face.width
    more = factor - 1.0
    up, aside = round(more * neck) + 4, round(more * 1.2 * face.width) + 4
    height, width = subject.alpha.shape
    x, y = grid(width + 2 * aside, height + up)
    # Rows: 1 / scale, summed from the neck upwards, tells which row of the photo is shown.
    rise = smoothstep(0.0, 0.55 * face.width * factor, neck + up - y)
    scale = 1.0 + np.float32(more) * rise
    step = 1.0 / scale
    below = np.cumsum(step[::-1], axis=0)[::-1]
    row = (height - 1.0) - (below - below[-1])
    # Columns: scaled about the face, shifted as a whole beyond the head.
    off = x - aside - np.float32(face.x)
    reach = 1.15 * face.width * factor
    bounded = reach * np.tanh(off / reach)
    column = face.x + off - bounded * (1.0 - step)
    shape = (height + up, width + 2 * aside)
    larger = _remapped(subject, np.broadcast_to(column, shape), np.broadcast_to(row, shape))
    centre = int(np.argmin(np.abs(row[:, 0] - face.y)))
    moved = replace(face, x=face.x + aside, y=float(centre), width=face.width * float(scale[centre, 0]))
    return _cropped(larger, moved)


def top_heavy(subject: Subject, most: float) -> Subject:
    """The upper part gently wider and taller, the lower part narrower: for animals and things."""
    height, width = subject.alpha.shape
    margin = round((most - 1.0) * 0.5 * width) + 4
    extra = round((most - 1.0) * 0.45 * height)
    x, y = grid(width + 2 * margin, height + extra)
    level = y / (height + extra)
    scale = most - (most - 0.94) * smoothstep(0.25, 0.95, level)
    step = 1.0 / scale
    row = np.cumsum(step, axis=0)
    row = (row - row[0]) / (row[-1] - row[0]) * np.float32(height - 1)
    column = width / 2 + (x - margin - width / 2) * step
    shape = (height + extra, width + 2 * margin)
    whole = Face(x=width / 2, y=height / 2, width=width)
    return _cropped(_remapped(subject, np.broadcast_to(column, shape), np.broadcast_to(row, shape)), whole)[0]


def _remapped(subject: Subject, column: Plane, row: Plane) -> Subject:
    where_x, where_y = np.ascontiguousarray(column, np.float32), np.ascontiguousarray(row, np.float32)
    ink = to_floats(subject.alpha)
    premultiplied = np.dstack([to_floats(subject.colour) * ink[..., None], ink])
    moved = np.asarray(cv2.remap(premultiplied, where_x, where_y, cv2.INTER_CUBIC), np.float32)
    alpha = np.clip(moved[..., 3], 0.0, 1.0)
    colour = np.clip(moved[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0.0, 1.0)
    return replace(subject, colour=to_bytes(colour), alpha=to_bytes(alpha))


def _cropped(subject: Subject, face: Face) -> tuple[Subject, Face]:
    rows, columns = _span(subject.alpha.max(axis=1)), _span(subject.alpha.max(axis=0))
    window = (slice(*rows), slice(*columns))
    cut = replace(subject, colour=subject.colour[window], alpha=subject.alpha[window])
    return cut, replace(face, x=face.x - columns[0], y=face.y - rows[0])


def _span(covered: Bytes) -> tuple[int, int]:
    where = np.flatnonzero(covered > 12)
    return (int(where[0]), int(where[-1]) + 1) if where.size else (0, len(covered))
