"""A cut-out printed in a sheet of clear acrylic: die-cut outline, thickness, edge light, gloss."""

from dataclasses import dataclass

import cv2
import numpy as np

from .looks import Look
from .pixels import (
    WHITE,
    Picture,
    Plane,
    blend,
    blur,
    coverage,
    die_cut,
    flat,
    grid,
    lay,
    offset,
    resize,
    seen,
    shift,
)

_RICHER = np.asarray(1.08 * np.eye(3) - 0.08 / 3.0, np.float32)
"""Every colour eight hundredths further from its own grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Masks in scene size: the acrylic, the white print under the ink, the ink's own opacity and colour."""

    acrylic: Plane
    depth: Plane
    white: Plane
    ink: Plane
    colour: Picture


def cut_sheet(colour: Picture, ink: Plane, tab: Plane, unit: float, *, holes: Plane | None = None) -> Sheet:
    """Die-cut offsets around the ink, `unit` pixels per 1024th of the frame.

    `tab` is what the sheet has besides: a foot to stand on, ears to hang by; `holes` is a signed distance.
    """
    white, depth = _offsets(ink, tab, unit)
    if holes is not None:
        depth = np.minimum(depth, -holes)
    return Sheet(acrylic=coverage(depth), depth=depth, white=coverage(white), ink=ink, colour=colour)


def _offsets(ink: Plane, tab: Plane, unit: float) -> tuple[Plane, Plane]:
    """Signed distances to the outlines of print and sheet; smooth, so half the size will do for a large picture."""
    if unit > 1.5:
        height, width = ink.shape
        half = (width // 2, height // 2)
        white, depth = _offsets(resize(ink, half), resize(tab, half), unit / 2.0)
        grown = (cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC) for plane in (white, depth))
        white, depth = (np.asarray(plane, np.float32) * np.float32(2.0) for plane in grown)
        return white, depth
    figure = blur(ink, 2.2 * unit)
    white = offset(figure, out=10.0 * unit, radius=34.0 * unit)
    hull = die_cut(figure, out=27.0 * unit, radius=60.0 * unit)
    joined = offset(np.maximum(hull, tab), out=0.0, radius=26.0 * unit)
    return blur(white, 1.0), blur(joined, 1.1)


def stand_up(scene: Picture, sheet: Sheet, look: Look, unit: float) -> Picture:
    """The sheet in front of the scene."""
    stood = scene.copy()
    rows, columns = seen(sheet.acrylic)
    reach = round(7.0 * unit) + 2
    window = (
        slice(max(0, rows.start - reach), rows.stop + 2),
        slice(max(0, columns.start - reach), columns.stop + reach),
    )
    light = _print_light(sheet, look)[window]
    part = Sheet(
        acrylic=sheet.acrylic[window], depth=sheet.depth[window], white=sheet.white[window], ink=sheet.ink[window],
        colour=sheet.colour[window],
    )  # fmt: skip
    _laid(stood[window], part, look, unit, light)
    return stood


def _laid(scene: Picture, sheet: Sheet, look: Look, unit: float, light: Plane) -> None:
    """The sheet on the part of a scene that it covers, from its side face to its gloss."""
    edge = flat(blend(look.glow, look.card_light, 0.20)) * np.float32(0.86)
    lay(scene, edge, 0.72 * _thickness(sheet.acrylic, -look.side, round(7.0 * unit)))
    lay(scene, WHITE, 0.24 * sheet.acrylic)
    _edge_light(scene, sheet, look, unit)
    lay(scene, flat((0.985, 0.982, 0.975)) * light[..., None], sheet.white)
    lay(scene, _vivid(sheet.colour), sheet.ink)
    _gloss(scene, sheet, look)


def _thickness(acrylic: Plane, direction: int, pixels: int) -> Plane:
    """The sheet's side face: the outline swept backwards, less the outline."""
    swept, done = acrylic, 0
    while done < pixels:  # what was swept so far, swept as far again
        step = min(done + 1, pixels - done)
        swept = np.maximum(swept, shift(swept, direction * step, -0.25 * step))
        done += step
    return np.clip(swept - acrylic, 0.0, 1.0)


def _edge_light(scene: Picture, sheet: Sheet, look: Look, unit: float) -> None:
    """Polished edges: bright towards the lamp, dark away from it."""
    across = np.asarray(cv2.Sobel(sheet.depth, cv2.CV_32F, 1, 0), np.float32)
    down = np.asarray(cv2.Sobel(sheet.depth, cv2.CV_32F, 0, 1), np.float32)
    near = np.nonzero((sheet.depth > -1.5 * unit) & (sheet.depth < 14.0 * unit) & (sheet.acrylic > 0.0))
    d, gx, gy = sheet.depth[near] / np.float32(unit), across[near], down[near]
    facing = -(gx * 0.62 * look.side - gy * 0.78) / np.maximum(np.hypot(gx, gy), 1e-3)
    band = np.exp(-(((d - 1.6) / 1.3) ** 2)) + 0.55 * np.exp(-(((d - 6.5) / 2.2) ** 2))
    band = band * sheet.acrylic[near]
    bright = np.clip(band * (0.26 + 0.62 * np.maximum(facing, 0.0)), 0.0, 1.0)[:, None]
    dark = np.clip(band * 0.34 * np.maximum(-facing, 0.0), 0.0, 1.0)[:, None]
    lit = scene[near]
    lit += (flat(look.shade)[0] - lit) * dark
    lit += (1.0 - lit) * bright
    scene[near] = lit


def _print_light(sheet: Sheet, look: Look) -> Plane:
    """A slight fall of light across the white print."""
    x, y = grid(sheet.white.shape[1], sheet.white.shape[0])
    fall = (x / sheet.white.shape[1] - 0.5) * look.side - (y / sheet.white.shape[0] - 0.5)
    return np.clip(0.97 + 0.06 * fall, 0.0, 1.0)


def _vivid(colour: Picture) -> Picture:
    """Ink on white: a touch more contrast and colour than the screen's photo."""
    rich = np.asarray(cv2.transform(colour, _RICHER), np.float32)
    middle = rich - np.float32(0.5)
    rich += np.float32(0.10) * middle * (1.0 - np.abs(2.0 * middle))
    return np.clip(rich, 0.0, 1.0, out=rich)


def _gloss(scene: Picture, sheet: Sheet, look: Look) -> None:
    """Reflections of soft-boxes: slanting bands, screened on."""
    height, width = sheet.acrylic.shape
    x, y = grid(width, height)
    rows, columns = np.flatnonzero(sheet.acrylic.max(axis=1) > 0.5), np.flatnonzero(sheet.acrylic.max(axis=0) > 0.5)
    span = max(float(columns[-1] - columns[0]), 0.6 * float(rows[-1] - rows[0]), 1.0)
    t = ((x - float(columns[0])) + look.side * 0.55 * (y - float(rows[0]))) / np.float32(span)
    bands = np.zeros_like(sheet.acrylic)
    for at, half, strength in ((0.30, 0.085, 0.15), (0.46, 0.028, 0.11), (1.02, 0.12, 0.07)):
        bands += strength * np.clip(1.5 - np.abs(t - at) / half * 1.5, 0.0, 1.0)
    lay(scene, WHITE, look.shine * bands * sheet.acrylic)
