"""Small typed pieces of image arithmetic; colours are sRGB floats 0..1."""

from collections.abc import Sequence
from math import ceil, hypot
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.floating[Any]]
"""One channel, height x width; single precision, though numpy's types cannot always tell."""
Picture: TypeAlias = NDArray[np.floating[Any]]
"""Three channels, height x width x RGB."""
Bytes: TypeAlias = NDArray[np.uint8]
Colour: TypeAlias = tuple[float, float, float]
Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""
Window: TypeAlias = tuple[slice, slice]
"""Rows and columns of a scene."""


def smoothstep(low: float, high: float, x: Plane) -> Plane:
    """0 below `low`, 1 above `high`, a Hermite curve between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def blur(image: Plane, sigma: float) -> Plane:
    """Gaussian blur, sigma in pixels; wide ones run on a smaller copy."""
    if sigma <= 0.0:
        return image
    if sigma > 10.0 and min(image.shape[:2]) > 64:
        height, width = image.shape[:2]
        small = blur(resize(image, (ceil(width / 4), ceil(height / 4))), sigma / 4.0)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def resize(image: Plane, size: Size) -> Plane:
    """Area average when shrinking, Lanczos when growing."""
    shrinking = size[0] < image.shape[1]
    method = cv2.INTER_AREA if shrinking else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(image, size, interpolation=method), np.float32)


def grid(width: int, height: int) -> tuple[Plane, Plane]:
    """X as a row and y as a column, in pixels, ready to broadcast."""
    return np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]


def distance_inside(mask: Plane) -> Plane:
    """Distance in pixels from each covered pixel to the nearest bare one."""
    covered = (mask > 0.5).view(np.uint8)
    left, top, width, height = cv2.boundingRect(covered)
    rows, columns = slice(max(0, top - 1), top + height + 1), slice(max(0, left - 1), left + width + 1)
    distance = np.zeros(mask.shape, np.float32)
    if width and height:  # the nearest bare pixel is never further off than the one beside the bounding box
        part = np.ascontiguousarray(covered[rows, columns])
        distance[rows, columns] = cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance


def signed_distance(mask: Plane) -> Plane:
    """Pixels to the outline: positive inside, negative outside."""
    return distance_inside(mask) - distance_inside(1.0 - mask)


def offset(mask: Plane, *, out: float, radius: float) -> Plane:
    """Signed distance to a die-cut outline: the mask grown by `out` pixels, every inner corner rounded by `radius`.

    It is a router bit's path. True near the outline; no more than `radius` less `out` below zero far outside.
    """
    left, top, width, height = cv2.boundingRect((mask > 0.5).view(np.uint8))
    reach = radius + 2.0
    window = around(
        left + width / 2, top + height / 2, width / 2 + reach, height / 2 + reach, (mask.shape[1], mask.shape[0])
    )
    grown = (distance_inside(1.0 - mask[window]) < radius).astype(np.float32)
    field = np.full(mask.shape, out - radius, np.float32)
    field[window] = distance_inside(grown) + np.float32(out - radius)
    return field


def die_cut(mask: Plane, *, out: float, radius: float) -> Plane:
    """Grown by `out` pixels, with every inner corner rounded as a router bit of that radius leaves it."""
    return (offset(mask, out=out, radius=radius) > 0.0).astype(np.float32)


def coverage(distance: Plane) -> Plane:
    """An antialiased mask from a signed distance in pixels."""
    return smoothstep(-0.8, 0.8, distance)


WHITE: Picture = np.ones((1, 1, 3), np.float32)


def flat(colour: Colour) -> Picture:
    """One colour as a 1 x 1 picture that broadcasts."""
    return np.asarray(colour, np.float32)[None, None, :]


def mix(under: Picture, over: Picture, alpha: Plane) -> Picture:
    """`over` laid upon `under` with the given opacity; work is done only where that can be seen."""
    if under.shape[:2] != alpha.shape:
        laid = (over - under) * alpha[..., None]
        laid += under
        return laid
    laid = under.copy()
    lay(laid, over, alpha)
    return laid


def lay(scene: Picture, over: Picture, alpha: Plane) -> None:
    """`over` laid upon the scene itself, for those who own it."""
    window = seen(alpha)
    part = np.broadcast_to(over, scene.shape)[window] - scene[window]
    part *= alpha[window][..., None]
    scene[window] += part


def seen(alpha: Plane) -> Window:
    """The smallest window outside of which an opacity is below an eighth of an 8-bit step."""
    left, top, width, height = cv2.boundingRect((np.abs(alpha) > 5e-4).view(np.uint8))
    return slice(top, top + height), slice(left, left + width)


def around(x: float, y: float, rx: float, ry: float, size: Size) -> Window:
    """The window of a scene of that size around a point, cut at its edges."""
    left, top = max(0, int(x - rx)), max(0, int(y - ry))
    return slice(top, max(top + 1, min(size[1], ceil(y + ry)))), slice(left, max(left + 1, min(size[0], ceil(x + rx))))


def blend(a: Colour, b: Colour, t: float) -> Colour:
    """The colour at `t` of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def luminance(picture: Picture) -> Plane:
    """Rec. 709 luma of gamma-coded RGB."""
    return picture @ np.asarray([0.2126, 0.7152, 0.0722], np.float32)


def shift(plane: Plane, dx: float, dy: float) -> Plane:
    """The plane moved by a fraction of pixels; what comes in is empty."""
    height, width = plane.shape[:2]
    matrix = np.asarray([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32)


def warp(image: Plane, corners: Sequence[tuple[float, float]], size: Size, *, bleed: bool = False) -> Plane:
    """The image pulled onto four corners (from top-left, clockwise) of an empty canvas.

    With `bleed`, its edge colours run on beyond the corners, for a mask to cut.
    """
    source = _shrunk_to(image, corners)
    height, width = source.shape[:2]
    rectangle = np.asarray([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(rectangle, np.asarray(corners, np.float32))
    border = cv2.BORDER_REPLICATE if bleed else cv2.BORDER_CONSTANT
    return np.asarray(cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border), np.float32)


def _shrunk_to(image: Plane, corners: Sequence[tuple[float, float]]) -> Plane:
    """A copy no finer than its place: bilinear warping aliases beyond that."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    width = max(hypot(bx - ax, by - ay), hypot(cx - dx, cy - dy))
    height = max(hypot(dx - ax, dy - ay), hypot(cx - bx, cy - by))
    if image.shape[1] <= width * 1.25 or image.shape[0] <= height * 1.25:
        return image
    return resize(image, (ceil(width), ceil(height)))


def polygon(corners: Sequence[tuple[float, float]], size: Size) -> Plane:
    """An antialiased filled polygon."""
    canvas = np.zeros((size[1], size[0]), np.uint8)
    points = np.round(np.asarray(corners) * 16.0).astype(np.int32)
    cv2.fillPoly(canvas, [points], (255,), lineType=cv2.LINE_AA, shift=4)
    return canvas.astype(np.float32) / np.float32(255.0)


def to_bytes(picture: Picture) -> Bytes:
    """Rounded to 8 bits."""
    return np.clip(picture * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)


def to_floats(pixels: Bytes) -> Picture:
    """8 bits as 0..1."""
    return pixels.astype(np.float32) / np.float32(255.0)
