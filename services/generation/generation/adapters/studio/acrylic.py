"""A cut-out printed in a sheet of clear acrylic: die-cut outline, thickness, edge light, gloss."""

from dataclasses import dataclass

import cv2
import numpy as np

from .looks import Look
from .pixels import Picture, Plane, blend, blur, coverage, die_cut, flat, grid, mix, shift, signed_distance


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
    figure = blur(ink, 2.2 * unit)
    white = signed_distance(die_cut(figure, out=10.0 * unit, radius=34.0 * unit))
    hull = die_cut(figure, out=27.0 * unit, radius=60.0 * unit)
    joined = die_cut(np.maximum(hull, tab), out=0.0, radius=26.0 * unit)
    depth = blur(signed_distance(joined), 1.1)
    if holes is not None:
        depth = np.minimum(depth, -holes)
    return Sheet(acrylic=coverage(depth), depth=depth, white=coverage(blur(white, 1.0)), ink=ink, colour=colour)


def stand_up(scene: Picture, sheet: Sheet, look: Look, unit: float) -> Picture:
    """The sheet in front of the scene."""
    thick = _thickness(sheet.acrylic, -look.side, 7.0 * unit)
    edge = flat(blend(look.glow, look.card_light, 0.20)) * (0.86 + 0.0 * thick)[..., None]
    lit = mix(scene, edge, 0.72 * thick)
    lit = mix(lit, np.ones_like(scene), 0.24 * sheet.acrylic)
    lit = _edge_light(lit, sheet, look, unit)
    paper = flat((0.985, 0.982, 0.975)) * _print_light(sheet, look)[..., None]
    lit = mix(lit, paper, sheet.white)
    lit = mix(lit, _vivid(sheet.colour), sheet.ink)
    return _gloss(lit, sheet, look)


def _thickness(acrylic: Plane, direction: int, pixels: float) -> Plane:
    """The sheet's side face: the outline swept backwards, less the outline."""
    swept = acrylic
    for step in range(1, round(pixels) + 1):
        swept = np.maximum(swept, shift(acrylic, direction * step, -0.25 * step))
    return np.clip(swept - acrylic, 0.0, 1.0)


def _edge_light(scene: Picture, sheet: Sheet, look: Look, unit: float) -> Picture:
    """Polished edges: bright towards the lamp, dark away from it."""
    d = sheet.depth / np.float32(unit)
    gx = np.asarray(cv2.Sobel(sheet.depth, cv2.CV_32F, 1, 0), np.float32)
    gy = np.asarray(cv2.Sobel(sheet.depth, cv2.CV_32F, 0, 1), np.float32)
    facing = -(gx * 0.62 * look.side - gy * 0.78) / np.maximum(np.hypot(gx, gy), 1e-3)
    band = np.exp(-(((d - 1.6) / 1.3) ** 2)) + 0.55 * np.exp(-(((d - 6.5) / 2.2) ** 2))
    band = band * sheet.acrylic
    bright = np.clip(band * (0.26 + 0.62 * np.maximum(facing, 0.0)), 0.0, 1.0)
    dark = np.clip(band * 0.34 * np.maximum(-facing, 0.0), 0.0, 1.0)
    lit = mix(scene, flat(look.shade), dark)
    return mix(lit, np.ones_like(scene), bright)


def _print_light(sheet: Sheet, look: Look) -> Plane:
    """A slight fall of light across the white print."""
    x, y = grid(sheet.white.shape[1], sheet.white.shape[0])
    fall = (x / sheet.white.shape[1] - 0.5) * look.side - (y / sheet.white.shape[0] - 0.5)
    return np.clip(0.97 + 0.06 * fall, 0.0, 1.0)


def _vivid(colour: Picture) -> Picture:
    """Ink on white: a touch more contrast and colour than the screen's photo."""
    grey = colour.mean(axis=2, keepdims=True)
    rich = grey + (colour - grey) * 1.08
    return np.clip(rich + 0.10 * (rich - 0.5) * (1.0 - np.abs(2.0 * rich - 1.0)), 0.0, 1.0)


def _gloss(scene: Picture, sheet: Sheet, look: Look) -> Picture:
    """Reflections of soft-boxes: slanting bands, screened on."""
    height, width = sheet.acrylic.shape
    x, y = grid(width, height)
    rows, columns = np.flatnonzero(sheet.acrylic.max(axis=1) > 0.5), np.flatnonzero(sheet.acrylic.max(axis=0) > 0.5)
    span = max(float(columns[-1] - columns[0]), 0.6 * float(rows[-1] - rows[0]), 1.0)
    t = ((x - float(columns[0])) + look.side * 0.55 * (y - float(rows[0]))) / span
    bands = sum(
        strength * np.clip(1.5 - np.abs(t - at) / half * 1.5, 0.0, 1.0)
        for at, half, strength in ((0.30, 0.085, 0.15), (0.46, 0.028, 0.11), (1.02, 0.12, 0.07))
    )
    screen = (look.shine * bands * sheet.acrylic)[..., None]
    return scene + screen * (1.0 - scene)
