"""The solid's triangles with their colours: what the files, the preview and the turntable show."""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation.adapters.studio.pixels import Bytes, Picture, resize, to_bytes, to_floats

from .kernel import Corners, Points, triangles_of
from .solid import BASE, Solid

PLASTIC = (0.905, 0.890, 0.865)
"""The colour of the plate and the base: a warm white that any picture stands on well."""
_TEXTURE = 1024
_PLACES = 3
"""Decimals of a millimetre; a printer has two."""
_SEAM = 8
"""Pixels of plain plastic around the picture; what lies outside shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Vertices in millimetres (z upwards), triangles, and which of them carry the picture."""

    vertices: Points
    faces: Corners
    printed: NDArray[np.bool_]
    frame: tuple[float, float, float, float]
    texture: Bytes

    def places(self) -> Points:
        """Where each vertex lies in the texture, 0..1 from its lower left corner."""
        left, bottom, wide, tall = self.frame
        high, broad = self.texture.shape[:2]
        u = (self.vertices[:, 0] - left) / wide * (broad - 2 * _SEAM) + _SEAM
        v = (self.vertices[:, 2] - bottom) / tall * (high - 2 * _SEAM) + _SEAM
        inside = (np.clip(u, 0.5, broad - 0.5) / broad, np.clip(v, 0.5, high - 0.5) / high)
        return np.column_stack(inside)


def surface_of(solid: Solid, *, tolerance: float = 0.0) -> Surface:
    """The body's surface; with a `tolerance` in millimetres, a coarser one."""
    vertices, faces = _welded(*triangles_of(solid.body.simplify(tolerance) if tolerance else solid.body))
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    # The front looks along -y; the base's own walls do too.
    above = vertices[:, 2][faces].mean(axis=1) > BASE + 0.05
    printed = above & (across[:, 1] < -0.02 * np.linalg.norm(across, axis=1))
    return Surface(vertices=vertices, faces=faces, printed=printed, frame=solid.frame, texture=_texture(solid))


def _welded(vertices: Points, faces: Corners) -> tuple[Points, Corners]:
    """Corners closer than can be printed become one, as readers of the files would make them, and no sliver stays."""
    places, at = np.unique(np.round(vertices, _PLACES), axis=0, return_inverse=True)
    joined = at.reshape(-1)[faces]
    a, b, c = joined.T
    return places, joined[(a != b) & (b != c) & (c != a)]


def _texture(solid: Solid) -> Bytes:
    """The figure upon plain plastic, with a seam of it all around."""
    scale = min(1.0, _TEXTURE / max(solid.figure.mask.shape))
    high, wide = solid.figure.mask.shape
    size = (max(8, round(wide * scale)), max(8, round(high * scale)))
    mask = np.clip(resize(solid.figure.mask, size), 0.0, 1.0)
    colour = to_floats(np.asarray(cv2.resize(solid.figure.colour, size, interpolation=cv2.INTER_AREA), np.uint8))
    plain = np.asarray(PLASTIC, np.float32)
    shown: Picture = plain + (colour - plain) * mask[..., None]
    padded = cv2.copyMakeBorder(
        to_bytes(shown), _SEAM, _SEAM, _SEAM, _SEAM, cv2.BORDER_CONSTANT, value=tuple(255 * part for part in PLASTIC)
    )
    return np.asarray(padded, np.uint8)


def texture_jpeg(surface: Surface) -> bytes:
    """The texture as JPEG without any metadata."""
    sink = BytesIO()
    Image.fromarray(surface.texture).save(sink, "JPEG", quality=88, subsampling=0, optimize=True)
    return sink.getvalue()
