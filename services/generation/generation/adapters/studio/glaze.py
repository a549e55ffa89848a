"""Painted and glazed ceramic: brushed colour under a hard clear coat that mirrors a window."""

import cv2
import numpy as np

from .looks import Look
from .pixels import Picture, Plane, blur, flat, luminance, mix, smoothstep, to_bytes, to_floats
from .relief import modelled, normals


def brushed(colour: Picture, alpha: Plane, faces: Plane, unit: float) -> Picture:
    """The photo as painted by hand: strokes instead of pores, contours drawn in, earthy rather than loud."""
    pixels = to_bytes(np.clip(colour, 0.0, 1.0))
    broad = np.asarray(
        cv2.edgePreservingFilter(pixels, flags=cv2.RECURS_FILTER, sigma_s=20.0 * unit, sigma_r=0.32), np.uint8
    )
    fine = np.asarray(cv2.bilateralFilter(pixels, 9, 34, 3.2 * unit), np.uint8)
    paint = mix(to_floats(broad), to_floats(fine), 0.80 * faces)
    light = luminance(paint)
    around = blur(light * alpha, 52.0 * unit) / np.maximum(blur(alpha, 52.0 * unit), 1e-2)
    paint = paint * ((0.46 + 0.20) / (around + 0.20))[..., None] ** np.float32(0.42)
    contour = np.clip((blur(light, 3.4 * unit) - blur(light, 1.2 * unit)) * 3.2, 0.0, 0.34)
    paint = paint * (1.0 - contour * (1.0 - 0.35 * faces))[..., None]
    grey = luminance(paint)[..., None]
    return np.clip(0.03 + 0.95 * (grey + (paint - grey) * 1.16), 0.0, 1.0)


def glazed(paint: Picture, alpha: Plane, faces: Plane, volume: Plane, look: Look) -> Picture:
    """Paint on modelled clay, fired, under a clear coat."""
    unit = max(alpha.shape) / 820.0
    tone = modelled(paint, alpha, faces, unit)
    carved = (20.0 * unit * (blur(tone, 6.0 * unit) - 0.5) + 5.5 * unit * (blur(tone, 1.8 * unit) - 0.5)) * (
        1.0 - 0.70 * faces
    )
    form = 0.86 * volume + carved * smoothstep(0.0, 14.0 * unit, volume)
    right, up, near = normals(blur(form, 1.6 * unit))
    side = np.float32(look.side)
    lamp = np.clip((right * (0.50 * side) + up * 0.62 + near * 0.60 + 0.25) / 1.25, 0.0, 1.0)
    hollow = np.clip((blur(form, 6.0 * unit) - form) / (4.5 * unit), 0.0, 1.0) * smoothstep(3.0, 18.0, volume / unit)
    lit = paint * (0.38 + 0.78 * lamp - 0.34 * hollow * (1.0 - 0.5 * faces))[..., None]
    calm = blur(blur(0.86 * volume + 0.12 * carved, 13.0 * unit), 3.0 + unit)
    # In a hollow a mirrored window would smear along it.
    convex = smoothstep(-0.5, 3.5, (calm - blur(calm, 34.0 * unit)) / np.float32(unit))
    coat = _window(calm, look) * blur(convex, 4.0)
    fresnel = 0.05 + 0.42 * (1.0 - near) ** 4
    lit = lit + (np.clip(look.shine * coat * (1.0 - 0.70 * faces), 0.0, 0.95))[..., None] * (1.0 - lit)
    tint = 0.5 * np.clip(up + 0.6, 0.0, 1.0) * fresnel
    return lit + tint[..., None] * (flat(look.glow) - lit)


def _window(form: Plane, look: Look) -> Plane:
    """A four-pane window and a lamp, mirrored sharply."""
    right, up, near = normals(form)
    across, above = 2.0 * right * near * np.float32(look.side), 2.0 * up * near
    u, v = (across - 0.50) / 0.20, (above - 0.60) / 0.24
    inside = np.minimum(1.0 - np.abs(u), 1.0 - np.abs(v))
    bars = np.minimum(np.abs(u), np.abs(v))
    panes = smoothstep(-0.10, 0.12, inside) * smoothstep(0.05, 0.16, bars)
    spot = np.exp(-(((across + 0.62) / 0.10) ** 2) - ((above - 0.52) / 0.10) ** 2)
    return 0.60 * panes + 0.36 * spot
