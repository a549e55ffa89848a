"""What of a picture is modelled: the figure in it, or the picture itself as a medallion."""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from generation.adapters.studio.cutout import PhotoUnreadable, open_photo
from generation.adapters.studio.pixels import Bytes, Plane, blur, distance_inside, grid, resize
from generation.adapters.studio.segmentation import saliency, subject_mask

_LEAST, _MOST = 0.015, 0.93
"""Shares of the picture that a figure can fill; outside them nothing stands out."""
_CUT_OFF = 0.125
"""Share of the upper edge that runs through a figure whose head is not in the picture."""
_MEDALLION = 0.94
"""Diameter of a medallion, in sides of the largest square of the picture."""
# The studio engine's own scenes, in 1024ths of the frame's shorter side: adapters/studio/standee.py and base.py.
_RIM, _WALL, _LIFT, _FLATNESS = 30.0, 84.0, 26.0, 0.205
_WINDOW = (0.10, 0.07, 0.90, 0.79)
"""The window of the studio's box, whichever way it is turned, in shares of the box: left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture and the opacity (0..1) of the figure in it, cropped to the figure with a narrow margin."""

    colour: Bytes
    mask: Plane


def find_figure(picture: bytes, scene: str) -> Figure:
    """The figure of an encoded picture; `scene` names the studio engine's style, if that painted it.

    Raises PhotoUnreadable.
    """
    pixels = open_photo(picture)
    if scene == "window-box":
        pixels = _through_the_window(pixels)
    mask = resize(subject_mask(pixels), (pixels.shape[1], pixels.shape[0]))
    mask = np.clip(blur(mask, max(pixels.shape[:2]) / 400.0), 0.0, 1.0)
    if scene == "acrylic-standee":
        mask = _off_the_sheet(mask)
    if not _LEAST < float(mask.mean()) < _MOST or float(mask[:2].mean()) > _CUT_OFF:
        return _medallion(pixels)
    return cropped(pixels, mask)


def cropped(colour: Bytes, mask: Plane) -> Figure:
    """Both cut to the figure with a margin; raises PhotoUnreadable where there is none."""
    rows, columns = np.flatnonzero(mask.max(axis=1) > 0.5), np.flatnonzero(mask.max(axis=0) > 0.5)
    if not rows.size:
        raise PhotoUnreadable
    margin = ceil(0.02 * max(rows[-1] - rows[0], columns[-1] - columns[0])) + 2
    padded = cv2.copyMakeBorder(colour, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    window = (slice(rows[0], rows[-1] + 1 + 2 * margin), slice(columns[0], columns[-1] + 1 + 2 * margin))
    return Figure(colour=np.asarray(padded, np.uint8)[window], mask=np.pad(mask, margin)[window])


def _through_the_window(pixels: Bytes) -> Bytes:
    """What is behind the window of the studio's box."""
    seen = saliency(pixels) > 0.10
    rows, columns = np.flatnonzero(seen.mean(axis=1) > 0.05), np.flatnonzero(seen.mean(axis=0) > 0.05)
    if rows.size < 64 or columns.size < 64:
        return pixels
    left, top, right, bottom = _WINDOW
    wide, tall = columns[-1] - columns[0], rows[-1] - rows[0]
    return np.ascontiguousarray(
        pixels[
            rows[0] + round(top * tall) : rows[0] + round(bottom * tall),
            columns[0] + round(left * wide) : columns[0] + round(right * wide),
        ]
    )


def _off_the_sheet(mask: Plane) -> Plane:
    """The print without the acrylic around it and the base below: our own plate and base take their place."""
    unit = min(mask.shape) / 1024.0
    rows = np.flatnonzero(mask.max(axis=1) > 0.5)
    if not rows.size:
        return mask
    foot = rows[-1]
    half = float((mask[max(0, foot - round(_WALL * unit)) : foot + 1] > 0.5).sum(axis=1).max()) / 2.0
    end = foot - (_WALL + _LIFT) * unit - 1.15 * _FLATNESS * half
    inner = np.clip(distance_inside(mask) - _RIM * unit + 0.5, 0.0, 1.0).astype(np.float32)
    _, y = grid(mask.shape[1], mask.shape[0])
    printed = inner * np.clip(end - y, 0.0, 1.0)
    return printed if float(printed.sum()) > 0.15 * float(mask.sum()) else mask


def _medallion(pixels: Bytes) -> Figure:
    """The middle of the picture, round."""
    height, width = pixels.shape[:2]
    radius = _MEDALLION * min(height, width) / 2.0
    x, y = grid(width, height)
    away = np.hypot(x - (width - 1) / 2.0, y - (height - 1) / 2.0)
    return cropped(pixels, np.clip(radius - away + 0.5, 0.0, 1.0).astype(np.float32))
