"""The subject lifted from its photo, with clean edges and its own colours."""

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .pixels import (
    Bytes,
    Picture,
    Plane,
    blur,
    grid,
    luminance,
    signed_distance,
    smoothstep,
    to_bytes,
    to_floats,
)

_STANDARD, _LARGER = (512, 1280), (1280, 2048)
"""Bounds of a photo's longer side in pixels, for a picture of the standard size and for larger ones."""


class PhotoUnreadable(Exception):
    """The bytes are not a photo that can be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A cut-out, cropped to its outline: 8-bit RGB and opacity. `grounded` ones end at the photo's lower edge."""

    colour: Bytes
    alpha: Bytes
    grounded: bool


def open_photo(data: bytes, scale: float = 1.0) -> Bytes:
    """The photo as upright RGB on white, its longest side 512 to 1280 px, or 1280 to 2048 for a larger picture."""
    try:
        with Image.open(BytesIO(data)) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PhotoUnreadable from error
    canvas = Image.new("RGBA", upright.size, "white")
    photo = Image.alpha_composite(canvas, upright).convert("RGB")
    longest = max(photo.size)
    least, most = _LARGER if scale > 1 else _STANDARD
    zoom = min(max(longest, least), most) / longest
    size = (max(16, round(photo.width * zoom)), max(16, round(photo.height * zoom)))
    resized = photo if size == photo.size else photo.resize(size, Image.Resampling.LANCZOS)
    return _developed(np.asarray(resized, np.uint8))


def _developed(photo: Bytes) -> Bytes:
    """An underexposed photo brought up to where its lights are light; any other as it is."""
    brightest = float(np.percentile(luminance(to_floats(photo)), 99.5))
    if not 0.02 < brightest < 0.45:
        return photo
    return to_bytes(np.clip(to_floats(photo) * (0.85 / brightest), 0.0, 1.0) ** 0.92)


def lift(photo: Bytes, mask: Plane) -> Subject | None:
    """The photo's subject under its rough mask, or None when it has none that could stand alone."""
    if not 0.015 < float(mask.mean()) < 0.93:
        return None
    touching = _touched_sides(mask)
    if _cropped_head(mask) or ("top" in touching and len(touching) > 1):
        return None
    alpha = _fine_edges(photo, mask)
    alpha = _trimmed(alpha, touching)
    return _cropped(_own_colours(to_floats(photo), alpha), alpha, grounded="bottom" in touching)


def _touched_sides(mask: Plane) -> set[str]:
    """Sides of the frame that cut through more than 4 % of their length of subject."""
    edges = {"top": mask[:2], "bottom": mask[-2:], "left": mask[:, :2], "right": mask[:, -2:]}
    return {side for side, pixels in edges.items() if float(pixels.mean()) > 0.04}


def _cropped_head(mask: Plane) -> bool:
    """A close-up: more than an eighth of the upper edge runs through the subject."""
    return float(mask[:2].mean()) > 0.125


def _fine_edges(photo: Bytes, mask: Plane) -> Plane:
    """The mask in full size, its edge drawn along the photo's own (guided filter, He et al. 2010)."""
    guide = luminance(to_floats(photo))
    height, width = guide.shape
    wide = np.clip(
        blur(
            np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.float32),
            1.2 * _zoom(guide),
        ),
        0,
        1,
    )
    radius = max(3, round(0.006 * max(height, width)))
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(plane: Plane) -> Plane:
        return np.asarray(cv2.blur(plane, window), np.float32)

    centre, level = mean(guide), mean(wide)
    slope = (mean(guide * wide) - centre * level) / (mean(guide * guide) - centre * centre + np.float32(2e-4))
    offset = level - slope * centre
    return smoothstep(0.16, 0.88, mean(slope) * guide + mean(offset))


def _zoom(plane: Plane) -> float:
    """How much finer than for a standard picture the work is done."""
    return max(1.0, max(plane.shape) / _STANDARD[1])


def _trimmed(alpha: Plane, touching: set[str]) -> Plane:
    """Where the photo cut the subject off, an arc below and round corners at the sides."""
    height, width = alpha.shape
    x, y = grid(width, height)
    trimmed = alpha
    if "bottom" in touching:
        columns = np.flatnonzero(alpha[-3:].max(axis=0) > 0.5)
        first, last = float(columns[0]), float(columns[-1])
        centre, half = (first + last) / 2.0, max(8.0, (last - first) / 2.0)
        reach = np.sqrt(np.clip(1.0 - ((x - centre) / (half * 1.04)) ** 2, 0.0, 1.0))
        floor = height - 1.0 - 0.11 * half * (1.0 - reach)
        trimmed = trimmed * np.where(y > height * 0.5, smoothstep(-1.0, 1.0, (floor - y)), 1.0)
    if touching & {"left", "right", "top"}:
        trimmed = trimmed * _rounded_frame(width, height, 0.16 * min(width, height))
    return trimmed


def _rounded_frame(width: int, height: int, radius: float) -> Plane:
    x, y = grid(width, height)
    dx = np.abs(x - (width - 1) / 2.0) - (width / 2.0 - radius - 1.0)
    dy = np.abs(y - (height - 1) / 2.0) - (height / 2.0 - radius - 1.0)
    outside = np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) + np.minimum(np.maximum(dx, dy), 0.0)
    return smoothstep(-1.0, 1.0, (radius - outside))


def _own_colours(photo: Picture, alpha: Plane) -> Picture:
    """The background's colour taken out of half-covered pixels (blur-fusion, Forte 2021)."""
    colour = photo
    zoom = _zoom(alpha)
    for sigma in (22.0 * zoom, 3.0 * zoom):
        weight = alpha[..., None]
        inside = blur(colour * weight, sigma) / np.maximum(blur(alpha, sigma), 1e-3)[..., None]
        outside = blur(photo * (1.0 - weight), sigma) / np.maximum(blur(1.0 - alpha, sigma), 1e-3)[..., None]
        colour = np.clip(inside + weight * (photo - weight * inside - (1.0 - weight) * outside), 0.0, 1.0)
    # Deep inside the photo stays as it is: a face is nobody's to repaint.
    deep = smoothstep(0.5 * zoom, 4.0 * zoom, signed_distance(alpha))[..., None] * (alpha[..., None] > 0.98)
    return colour + (photo - colour) * deep


def _cropped(colour: Picture, alpha: Plane, *, grounded: bool) -> Subject | None:
    rows, columns = np.flatnonzero(alpha.max(axis=1) > 0.05), np.flatnonzero(alpha.max(axis=0) > 0.05)
    if rows.size < 16 or columns.size < 16:
        return None
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Subject(colour=to_bytes(colour[window]), alpha=to_bytes(alpha[window]), grounded=grounded)
