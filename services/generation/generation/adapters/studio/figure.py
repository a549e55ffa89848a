"""A subject put into a scene: resampled once, its colour free of what surrounds it."""

from collections.abc import Sequence
from math import hypot

import numpy as np

from .cutout import Subject
from .pixels import Picture, Plane, Size, resize, to_floats, warp


def placed_figure(subject: Subject, corners: Sequence[tuple[float, float]], size: Size) -> tuple[Picture, Plane]:
    """Colour and opacity of the subject on four corners (from top-left, clockwise) of an empty canvas."""
    (ax, ay), (bx, by), _, (dx, dy) = corners
    target = (round(hypot(bx - ax, by - ay)), round(hypot(dx - ax, dy - ay)))
    alpha, colour = to_floats(subject.alpha), to_floats(subject.colour)
    weighted = colour * alpha[..., None]
    if target[0] > 1.3 * alpha.shape[1]:  # bilinear steps would show
        alpha, weighted = resize(alpha, target), resize(weighted, target)
    ink = np.clip(warp(alpha, corners, size), 0.0, 1.0)
    laid = warp(weighted, corners, size)
    return np.clip(laid / np.maximum(ink, 1e-3)[..., None], 0.0, 1.0), ink


def upright(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    """The four corners of a rectangle, from top-left, clockwise."""
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
