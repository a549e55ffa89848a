"""A picture of the model: every triangle lit and painted, the farthest first."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from generation.adapters.studio.pixels import Bytes, Picture, blur, grid, to_bytes, to_floats

from .kernel import Points
from .surface import PLASTIC, Surface

SIZE = 768
_FINER = 2
_TURN, _TIP = 24.0, 12.0
"""Degrees: the model is turned to the right, and seen from a little above."""
_LAMPS = (((-0.45, -0.62, 0.64), 0.80), ((0.85, -0.35, 0.25), 0.22), ((0.1, 0.9, 0.4), 0.10))
"""Directions towards key, fill and back light, and how bright they are."""
_AMBIENT = 0.30


def preview(surface: Surface, *, turn: float = _TURN) -> bytes:
    """The model on a soft backdrop, as JPEG."""
    shown = _painted(surface, turn)
    small = cv2.resize(shown, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    sink = BytesIO()
    Image.fromarray(np.asarray(small, np.uint8)).save(sink, "JPEG", quality=90, optimize=True)
    return sink.getvalue()


def _painted(surface: Surface, turn: float) -> Bytes:
    points, depths = _projected(surface.vertices, turn)
    colours = to_bytes(_lit(surface))
    corners = points[surface.faces]
    (ax, ay), (bx, by), (cx, cy) = (corners[:, k].T for k in range(3))
    facing = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0
    order = np.argsort(-depths[surface.faces].mean(axis=1))
    canvas = np.ascontiguousarray(_backdrop(points))
    fixed = np.round(corners * 16).astype(np.int32)
    for face in order[facing[order]]:
        cv2.fillConvexPoly(canvas, fixed[face], colours[face].tolist(), lineType=cv2.LINE_8, shift=4)
    return canvas


def _projected(vertices: Points, turn: float) -> tuple[Points, Points]:
    """Pixels of the large canvas, and distance from the viewer."""
    centre = (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    x, y, z = ((vertices - centre) @ _rotation(turn).T).T
    size = _FINER * SIZE
    reach = max(float(np.ptp(x)), float(np.ptp(z))) * 1.22
    far = 5.0 * reach
    nearer = far / (far + y)
    return np.column_stack([size / 2 + x * nearer * size / reach, size * 0.5 - z * nearer * size / reach]), y


def _rotation(turn: float) -> Points:
    a, b = np.radians(turn), np.radians(_TIP)
    around = np.asarray([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    tip = np.asarray([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return tip @ around


def _lit(surface: Surface) -> Picture:
    """The colour of every triangle: the picture or plastic, under three lamps."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    normals = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    light = np.full(normals.shape[0], _AMBIENT)
    for direction, strength in _LAMPS:
        towards = np.asarray(direction) / np.linalg.norm(direction)
        light += strength * np.clip(normals @ towards, 0.0, 1.0)
    places = surface.places()[surface.faces].mean(axis=1)
    high, wide = surface.texture.shape[:2]
    column = np.clip((places[:, 0] * wide).astype(int), 0, wide - 1)
    row = np.clip(((1.0 - places[:, 1]) * high).astype(int), 0, high - 1)
    plain = np.asarray(PLASTIC)
    shown = np.where(surface.printed[:, None], to_floats(surface.texture[row, column]), plain)
    return np.clip(shown * light[:, None], 0.0, 1.0)


def _backdrop(points: Points) -> Bytes:
    """A pale wall, darker towards the corners, and the model's soft shadow on the ground."""
    size = _FINER * SIZE
    x, y = grid(size // 4, size // 4)
    away = np.hypot(x / (size // 4) - 0.5, y / (size // 4) - 0.45)
    wall = np.float32(0.93) - np.float32(0.16) * away**2
    foot, half = float(points[:, 1].max()) / 4, float(np.ptp(points[:, 0])) / 8
    shade = np.exp(-((((x - size / 8) / (0.9 * half)) ** 2 + ((y - foot + 0.14 * half) / (0.20 * half)) ** 2) ** 2))
    grey = blur((wall * (1.0 - np.float32(0.35) * shade)).astype(np.float32), 3.0)
    tinted = grey[..., None] * np.asarray([0.985, 0.99, 1.0], np.float32)
    return np.asarray(cv2.resize(to_bytes(tinted), (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)
