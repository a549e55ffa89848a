"""A picture in enamel: a few flat colours in cells, metal between them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .looks import Look
from .metal import cast, metal_of, normals, rounded
from .pixels import (
    Picture,
    Plane,
    blend,
    blur,
    coverage,
    flat,
    grid,
    luminance,
    mix,
    offset,
    resize,
    shift,
    signed_distance,
    smoothstep,
)

_WORKED = 460
"""Pixels along the longer side of the copy in which cells are found."""
_COLOURS = 8
_SMALLEST = 0.0010
"""Cells below this share of the picture go to their neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Masks in panel size: the metal's outline (signed distance), the metal itself, the enamel's colour."""

    outline: Plane
    metal: Plane
    enamel: Picture


def struck(colour: Picture, ink: Plane, unit: float) -> Pin:
    """A pin in the shape of the ink, its strongest inner edges drawn in metal."""
    figure = blur(ink, 2.0 * unit)
    outline = blur(offset(figure, out=8.0 * unit, radius=24.0 * unit), 1.0)
    inner = blur(signed_distance(figure), 1.2) - 3.0 * unit
    shades = _cells(colour, ink)
    enamel = np.asarray(cv2.cvtColor(shades, cv2.COLOR_Lab2RGB), np.float32)
    wires = _without_crumbs(_wires(shades, unit) * (inner > 0.0), 130.0 * unit * unit)
    metal = np.maximum(coverage(-inner), wires) * coverage(outline)
    enamel = _printed(np.clip(enamel, 0.0, 1.0), colour, ink, unit)
    return Pin(outline=outline, metal=metal, enamel=enamel)


def pinned(scene: Picture, pin: Pin, look: Look, unit: float) -> Picture:
    """The pin lying on the scene: shadow, side, enamel, metal, gloss."""
    body = coverage(pin.outline)
    scene = _shadow(scene, body, look, unit)
    scene = mix(scene, _fired(pin, body, look, unit), body)
    depth = blur(signed_distance(pin.metal), 0.7)
    return mix(scene, cast(depth, 3.6 * unit, look, metal_of(look)), pin.metal)


def _shadow(scene: Picture, body: Plane, look: Look, unit: float) -> Picture:
    away = -look.side
    near = blur(shift(body, away * 5.0 * unit, 6.0 * unit), 4.0 * unit)
    far = blur(shift(body, away * 16.0 * unit, 20.0 * unit), 15.0 * unit)
    tone = flat(blend(look.shade, (0.0, 0.0, 0.0), 0.55))
    scene = mix(scene, tone, 0.30 * far)
    scene = mix(scene, tone, 0.50 * near)
    side = body
    for step in range(1, round(5.0 * unit) + 1):
        side = np.maximum(side, shift(body, away * 0.7 * step, 0.9 * step))
    return mix(scene, metal_of(look).shaded(np.full((1, 1), 0.16, np.float32)), side)


def _fired(pin: Pin, body: Plane, look: Look, unit: float) -> Picture:
    """Glossy enamel: a little lower than its metal, domed towards the outline, a window reflected in it."""
    height, width = body.shape
    x, y = grid(width, height)
    sunk = blur(np.clip(shift(pin.metal, -look.side * 2.2 * unit, 2.6 * unit) - pin.metal, 0.0, 1.0), 1.2 * unit)
    caught = blur(np.clip(shift(pin.metal, look.side * 1.6 * unit, -2.0 * unit) - pin.metal, 0.0, 1.0), 0.8 * unit)
    lit = pin.enamel * (1.0 - 0.38 * sunk + 0.16 * caught)[..., None]
    dome = blur(rounded(pin.outline, 46.0 * unit) * 0.75, 5.0 * unit)
    nx, ny, _ = normals(dome)
    facing = nx * look.side - ny
    lit = lit * (1.0 + 0.10 * np.clip(facing, -1.0, 1.0))[..., None]
    depth = pin.outline / np.float32(unit)
    bow = np.exp(-(((depth - 19.0) / 4.5) ** 2)) * smoothstep(0.12, 0.5, facing)
    t = (x * -look.side + 0.75 * y) / (1024.0 * unit)
    bands = sum(
        a * np.exp(-(((t - _middle(body, look, unit) - at) / w) ** 4))
        for a, at, w in ((0.17, -0.10, 0.055), (0.12, 0.02, 0.017))
    )
    screen = (look.shine * (0.55 * bow * (1.0 - pin.metal) + bands))[..., None]
    return lit + screen * (1.0 - lit)


def _middle(body: Plane, look: Look, unit: float) -> float:
    """Where the pin's middle lies along the direction in which the reflection runs."""
    rows, columns = np.flatnonzero(body.max(axis=1) > 0.5), np.flatnonzero(body.max(axis=0) > 0.5)
    if not rows.size:
        return 0.0
    x, y = float(columns[0] + columns[-1]) / 2, float(rows[0] + rows[-1]) / 2
    return (x * -look.side + 0.75 * y) / (1024.0 * unit)


def _printed(enamel: Picture, colour: Picture, ink: Plane, unit: float) -> Picture:
    """Fine dark and light lines printed on the enamel: what makes eyes, a mouth, a seam."""
    light = luminance(colour) * ink + 0.5 * (1.0 - ink)
    fine = blur(light, 1.3 * unit)
    around = blur(light, 6.5 * unit)
    solid = smoothstep(0.9, 1.0, blur(ink, 3.0 * unit))
    gain = _gain(colour, around, ink, unit)
    dark = smoothstep(0.050, 0.125, (around - fine) * gain) * solid
    pale = smoothstep(0.085, 0.20, (fine - around) * np.sqrt(gain)) * solid
    drawn = mix(enamel, enamel * np.asarray([0.30, 0.24, 0.24], np.float32), 0.86 * dark)
    return mix(drawn, 1.0 - 0.28 * (1.0 - enamel), 0.55 * pale)


def _gain(colour: Picture, around: Plane, ink: Plane, unit: float) -> Plane:
    """How much finer lines are told in warm dark places: a dark face has a light one's features, in less light."""
    warmth = blur((colour[..., 0] - colour[..., 2]) * (colour[..., 0] >= colour[..., 1]) * ink, 6.5 * unit)
    return 1.0 + smoothstep(0.01, 0.05, warmth) * (np.clip(0.5 / np.maximum(around, 0.08), 1.0, 5.0) - 1.0)


def _wires(shades: Picture, unit: float) -> Plane:
    """Lines where one colour meets another, as wide as the two differ."""
    widest = 3.4 * unit
    reach = 2 * round(widest + 1.0) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    spread = np.asarray(cv2.dilate(shades, kernel) - cv2.erode(shades, kernel), np.float32)
    contrast = np.sqrt((spread * spread).sum(axis=2))
    edge = np.zeros(shades.shape[:2], np.float32)
    edge[:, 1:] = (shades[:, 1:] != shades[:, :-1]).any(axis=2)
    edge[1:] = np.maximum(edge[1:], (shades[1:] != shades[:-1]).any(axis=2))
    away = np.asarray(cv2.distanceTransform((edge < 0.5).view(np.uint8), cv2.DIST_L2, 5), np.float32)
    width = widest * smoothstep(15.0, 42.0, blur(contrast, 2.0 * unit))
    return coverage(width - blur(away, 0.9) - 0.3) * (width > 0.9 * unit)


def _without_crumbs(metal: Plane, smallest: float) -> Plane:
    """Wires that would be dots or dashes left away."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((metal > 0.3).astype(np.uint8))
    large = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= smallest
    large[0] = False
    kept = np.isin(np.asarray(parts, np.int32), np.flatnonzero(large)).astype(np.uint8)
    return metal * np.asarray(cv2.dilate(kept, np.ones((3, 3), np.uint8)), np.float32)


def _cells(colour: Picture, ink: Plane) -> Picture:
    """The picture in a few flat CIELAB colours, small cells given to their neighbours, borders smooth."""
    height, width = ink.shape
    zoom = min(1.0, _WORKED / max(height, width))
    size = (max(8, round(width * zoom)), max(8, round(height * zoom)))
    small = np.asarray(cv2.cvtColor(np.clip(resize(colour, size), 0.0, 1.0), cv2.COLOR_RGB2Lab), np.float32)
    for _ in range(4):
        small = np.asarray(cv2.bilateralFilter(small, 7, 11.0, 4.0), np.float32)
    inside = resize(ink, size) > 0.5
    if int(inside.sum()) < 4 * _COLOURS:
        inside = np.ones_like(inside)
    centres = _few(small[inside])
    labels = _nearest(small, centres)
    weights = _smoothed(labels, inside, len(centres), 1.0)
    labels = _without_specks(np.argmax(weights, axis=0).astype(np.uint8), inside, len(centres))
    wide = [
        np.asarray(cv2.resize(w, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        for w in _smoothed(labels, inside, len(centres), 1.9)
    ]
    return _enamelled(centres)[np.argmax(np.stack(wide), axis=0)]


def _few(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture's main colours; those that look alike are made one."""
    cv2.setRNGSeed(20_260)
    sample = np.ascontiguousarray(
        colours[:: max(1, len(colours) // 30_000)] * np.asarray([0.8, 1.15, 1.15], np.float32)
    )
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 24, 0.4)
    _, labels, found = cv2.kmeans(sample, _COLOURS, np.empty(0, np.int32), criteria, 3, cv2.KMEANS_PP_CENTERS)
    share = np.bincount(np.asarray(labels).ravel(), minlength=_COLOURS)
    centres = np.asarray(found, np.float32) / np.asarray([0.8, 1.15, 1.15], np.float32)
    kept: list[int] = []
    for index in np.argsort(-share):
        if all(np.linalg.norm(centres[index] - centres[other]) > 11.0 for other in kept):
            kept.append(int(index))
    return centres[kept]


def _nearest(picture: Picture, centres: NDArray[np.float32]) -> NDArray[np.uint8]:
    away = np.stack([((picture - centre) ** 2).sum(axis=2) for centre in centres])
    return np.argmin(away, axis=0).astype(np.uint8)


def _smoothed(labels: NDArray[np.uint8], known: NDArray[np.bool_], count: int, sigma: float) -> Picture:
    """How much of each colour is around each pixel; the largest share wins smoothly."""
    return np.stack([blur(((labels == n) & known).astype(np.float32), sigma) for n in range(count)])


def _without_specks(labels: NDArray[np.uint8], inside: NDArray[np.bool_], count: int) -> NDArray[np.uint8]:
    """Cells too small to fill with enamel, and everything outside, taken over by what is around them."""
    known = np.zeros(labels.shape, np.bool_)
    smallest = _SMALLEST * float(inside.sum())
    for n in range(count):
        cells = np.asarray((labels == n) & inside, np.uint8)
        _, parts, stats, _ = cv2.connectedComponentsWithStats(cells)
        large = np.flatnonzero(np.asarray(stats)[:, cv2.CC_STAT_AREA] >= smallest)
        known |= np.isin(np.asarray(parts, np.int32), large[large > 0])
    cleaned = labels
    for sigma in (2.0, 6.0, 24.0):
        weights = _smoothed(cleaned, known, count, sigma)
        reached = ~known & (weights.max(axis=0) > 1e-4)
        cleaned = np.where(reached, np.argmax(weights, axis=0), cleaned).astype(np.uint8)
        known = known | reached
    return cleaned


def _enamelled(centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Photo colours as enamel has them: purer, and a step further apart in lightness."""
    lightness = np.clip(54.0 + (centres[:, :1] - 50.0) * 1.12, 9.0, 96.0)
    chroma = np.hypot(centres[:, 1], centres[:, 2])[:, None]
    purer = np.where(chroma > 5.0, 1.0 + 0.42 * np.exp(-chroma / 55.0), 0.8)
    return np.concatenate([lightness, centres[:, 1:] * purer], axis=1).astype(np.float32)
