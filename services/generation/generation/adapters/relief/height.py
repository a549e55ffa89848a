"""How far the figure stands out of its plate, read from its outline and its light (millimetres)."""

import cv2
import numpy as np

from generation.adapters.studio.pixels import Bytes, Plane, blur, distance_inside, luminance, smoothstep, to_floats

STEEPEST = 2.2
"""Rise over run; steeper slopes come out of a printer as spikes and stairs."""
_DEEPEST = (4.0, 8.5)
"""Least and most depth of a relief."""
_STEP = 0.6
"""The figure's edge above the plate."""


def heights(colour: Bytes, mask: Plane, pitch: float) -> Plane:
    """Height above the plate per pixel, `pitch` millimetres wide each; 0 outside the figure."""
    tall = mask.shape[0] * pitch
    depth = float(np.clip(0.085 * tall, *_DEEPEST))
    inside = blur(distance_inside(mask), 1.0)
    relief = 0.62 * depth * _body(inside * pitch, mask, tall, pitch) + depth * _detail(colour, mask)
    edge = smoothstep(0.0, 0.028 * tall, (inside * pitch))
    raised = (_STEP + np.maximum(relief, 0.0) * edge) * smoothstep(0.0, 1.5, inside)
    return _gentle(np.clip(raised, 0.0, depth + _STEP), pitch)


def _body(away: Plane, mask: Plane, tall: float, pitch: float) -> Plane:
    """A swelling that follows the outline: thin parts rise little, broad ones more, 0..1."""
    swelling = np.zeros(away.shape, np.float32)
    for share, weight in ((0.03, 0.22), (0.08, 0.33), (0.20, 0.45)):
        radius = share * tall
        swelling += np.float32(weight) * np.sqrt(1.0 - (1.0 - np.minimum(away / radius, 1.0)) ** 2)
    # The middle line of the distance field is a ridge; nothing real has one there.
    return _inner_blur(swelling, mask, 0.014 * tall / pitch)


def _detail(colour: Bytes, mask: Plane) -> Plane:
    """The picture's own forms: broad light and shade, features, and a little texture, about -0.4..0.4."""
    size = float(max(mask.shape))
    calm = np.asarray(cv2.bilateralFilter(colour, 7, 28, 0.008 * size), np.uint8)
    light = luminance(to_floats(calm))
    weight = (mask > 0.5).astype(np.float32)
    spread = float(np.sqrt(np.average((light - np.average(light, weights=weight)) ** 2, weights=weight)))
    gain = 0.16 / max(spread, 0.04)
    broad, middle, fine = (_inner_blur(light, mask, share * size) for share in (0.09, 0.022, 0.006))
    return (
        0.26 * np.tanh(2.0 * gain * (middle - broad))
        + 0.15 * np.tanh(2.6 * gain * (fine - middle))
        + 0.05 * np.tanh(2.0 * gain * (light - fine))
    )


def _inner_blur(plane: Plane, mask: Plane, sigma: float) -> Plane:
    """Blurred among the figure's own pixels only: the backdrop has no say."""
    weight = (mask > 0.5).astype(np.float32)
    return blur(plane * weight, sigma) / np.maximum(blur(weight, sigma), 1e-3)


def _gentle(raised: Plane, pitch: float) -> Plane:
    """No slope steeper than prints well: every pixel at most so much above its neighbours."""
    rise = np.float32(STEEPEST * pitch)
    gentle = raised.astype(np.float32)
    cross = np.asarray([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
    for _ in range(48):
        limited = np.minimum(gentle, np.asarray(cv2.erode(gentle, cross), np.float32) + rise)
        if float(np.abs(limited - gentle).max()) < 1e-3:
            break
        gentle = limited
    return blur(gentle, 0.6)
