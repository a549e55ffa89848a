"""Moulded soft vinyl: smooth paint, rounded volume, the gloss of a toy under studio lamps."""

from dataclasses import dataclass

import cv2
import numpy as np

from .fields import simplified
from .looks import Look
from .pixels import Picture, Plane, blur, flat, luminance, mix, smoothstep, to_bytes, to_floats
from .relief import normals


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """Colour, and the height of the parts a toy is assembled from, in pixels."""

    colour: Picture
    parts: Plane


def painted(colour: Picture, alpha: Plane, faces: Plane, unit: float) -> Paint:
    """The photo as a factory would paint it: even fields with clean borders, without its own light, lively.

    A face keeps its features; it only loses pores.
    """
    smooth = _evenly_lit(_even(colour, faces, unit), alpha)
    fields = simplified(smooth, alpha, unit)
    shown = mix(smooth, fields.colour, 0.72 - 0.50 * faces)
    grey = luminance(shown)[..., None]
    vivid = grey + (shown - grey) * (1.0 + 0.55 * (1.0 - 0.65 * faces))[..., None]
    reach = 17.0 * unit
    inward = 1.0 - np.minimum(fields.depth / reach, 1.0)
    pillow = 0.62 * reach * np.sqrt(1.0 - inward * inward) * (1.0 - 0.85 * faces)
    # Black vinyl is dark grey in a studio, and white is not quite white.
    return Paint(colour=np.clip(0.04 + 0.92 * vivid, 0.0, 1.0), parts=blur(pillow, 3.0 * unit))


def _evenly_lit(colour: Picture, alpha: Plane) -> Picture:
    """The photo's own light half taken out, and the whole as bright as a product photo."""
    light = luminance(colour)
    around = blur(light * alpha, 0.07 * max(alpha.shape)) / np.maximum(blur(alpha, 0.07 * max(alpha.shape)), 1e-2)
    middle = float((light * alpha).sum() / max(float(alpha.sum()), 1.0))
    aim = np.float32(max(middle, 0.34))
    return np.clip(colour * ((aim + 0.12) / (around + 0.12))[..., None] ** np.float32(0.5), 0.0, 1.0)


def _even(colour: Picture, faces: Plane, unit: float) -> Picture:
    """Edge-preserving smoothing, gentler on faces."""
    pixels = to_bytes(np.clip(colour, 0.0, 1.0))
    strong = np.asarray(
        cv2.edgePreservingFilter(pixels, flags=cv2.RECURS_FILTER, sigma_s=26.0 * unit, sigma_r=0.34), np.uint8
    )
    gentle = np.asarray(cv2.bilateralFilter(pixels, 9, 30, 3.6 * unit), np.uint8)
    return mix(to_floats(strong), to_floats(gentle), 0.85 * faces)


def moulded(paint: Paint, faces: Plane, volume: Plane, look: Look) -> Picture:
    """Paint on a rounded form in studio light."""
    unit = max(volume.shape) / 820.0
    form = 0.78 * volume + paint.parts
    right, up, near = normals(blur(form, 2.0 * unit))
    side = np.float32(look.side)
    lamp = right * (0.55 * side) + up * 0.58 + near * 0.60
    wrapped = np.clip((lamp + 0.30) / 1.30, 0.0, 1.0)
    crease = np.clip((blur(form, 8.0 * unit) - form) / (6.0 * unit), 0.0, 1.0) * smoothstep(3.0, 18.0, volume / unit)
    shade = 0.41 + 0.80 * wrapped - 0.30 * crease * (1.0 - 0.6 * faces)
    # A little of the light goes through the skin of the toy and comes out warmer.
    warmth = flat((1.03, 0.985, 0.955)) ** (1.6 * (0.75 - wrapped))[..., None]
    lit = paint.colour * shade[..., None] * warmth
    screen = np.clip(_gloss(blur(form, 6.0 * unit), look) * (1.0 - 0.60 * faces), 0.0, 0.92)
    fresnel = 0.36 * (1.0 - near) ** 3 * np.clip(0.50 + up + 0.40 * right * side, 0.0, 1.0)
    lit = lit + screen[..., None] * (flat((1.0, 0.99, 0.97)) - lit)
    return lit + fresnel[..., None] * (flat(look.glow) - lit)


def _gloss(form: Plane, look: Look) -> Plane:
    """Soft-boxes mirrored in a form without its finest detail, for clean shapes: key, strip, glow, floor."""
    right, up, near = normals(form)
    across, above = 2.0 * right * near * np.float32(look.side), 2.0 * up * near
    box = _soft_box(across, above, (0.54, 0.60), (0.15, 0.20))
    strip = _soft_box(across, above, (-0.82, 0.12), (0.05, 0.50))
    glow = np.exp(-(((across - 0.50) / 0.40) ** 2) - ((above - 0.55) / 0.40) ** 2)
    floor = np.exp(-(((above + 0.80) / 0.20) ** 2))
    return look.shine * (0.56 * box + 0.15 * strip + 0.10 * glow) + 0.10 * floor


def _soft_box(across: Plane, above: Plane, middle: tuple[float, float], half: tuple[float, float]) -> Plane:
    """A rectangular lamp as a glossy surface mirrors it."""
    inside = np.minimum(half[0] - np.abs(across - middle[0]), half[1] - np.abs(above - middle[1]))
    return smoothstep(-0.07, 0.05, inside)
