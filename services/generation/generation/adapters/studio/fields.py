"""A photo simplified to fields of one colour each, as paint is sprayed through masks."""

from dataclasses import dataclass

import cv2
import numpy as np

from .pixels import Bytes, Picture, Plane, blur, resize, to_bytes

_COLOURS = 12
_WORKING_SIDE = 420


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The simplified picture, and how far each pixel is from the border of its field, in pixels."""

    colour: Picture
    depth: Plane


def simplified(colour: Picture, alpha: Plane, unit: float) -> Fields:
    """At most a dozen colours, borders smoothed to sweeping curves, crumbs gone."""
    height, width = alpha.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = np.asarray(cv2.resize(to_bytes(colour), size, interpolation=cv2.INTER_AREA), np.uint8)
    opaque = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)) > 0.5
    for _ in range(2):
        small = np.asarray(cv2.bilateralFilter(small, 9, 40, 5), np.uint8)
    labels, palette = _clustered(small, opaque)
    weights = [blur((labels == k).astype(np.float32), 1.5 + 1.6 * unit * scale) for k in range(len(palette))]
    winner = np.argmax(np.stack(weights), axis=0)
    total, shown = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
    for k, paint in enumerate(palette):
        share = np.clip(resize((winner == k).astype(np.float32), (width, height)), 0.0, 1.0)
        share = blur(share, 0.55 / scale) ** 4  # soft indicator to the fourth: a border two pixels wide
        total += share
        shown += share[..., None] * paint
    depth = np.asarray(cv2.resize(_depth(palette[winner]), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return Fields(colour=shown / np.maximum(total, 1e-4)[..., None], depth=depth / np.float32(scale))


def _clustered(small: Bytes, opaque: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> tuple[Bytes, Picture]:
    """Cluster of every pixel, and the mean colour of each cluster; hue counts more than light."""
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32) * np.asarray([0.50, 1.25, 1.25], np.float32)
    inside = lab[opaque]
    if len(inside) < 4 * _COLOURS:
        return np.zeros(small.shape[:2], np.uint8), np.asarray([small.reshape(-1, 3).mean(axis=0) / 255.0], np.float32)
    sample = np.ascontiguousarray(inside[:: max(1, len(inside) // 12_000)])
    cv2.setRNGSeed(20_260)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 16, 0.5)
    _, _, centres = cv2.kmeans(sample, _COLOURS, np.empty(0, np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS)
    middles = np.asarray(centres, np.float32)
    apart = (lab**2).sum(axis=2)[..., None] - 2.0 * lab @ middles.T + (middles**2).sum(axis=1)
    labels = np.argmin(apart, axis=2).astype(np.uint8)
    flat = small.astype(np.float32) / np.float32(255.0)
    members = [(labels == k) & opaque for k in range(_COLOURS)]
    means = [flat[where].mean(axis=0) if where.any() else np.full(3, 0.5) for where in members]
    return labels, np.asarray(means, np.float32)


def _depth(shown: Picture) -> Plane:
    """Pixels to the nearest border between colours that differ clearly."""
    lab = np.asarray(cv2.cvtColor(np.ascontiguousarray(shown, np.float32), cv2.COLOR_RGB2Lab), np.float32)
    seam = np.zeros(shown.shape[:2], np.uint8)
    seam[:, 1:] |= (np.linalg.norm(lab[:, 1:] - lab[:, :-1], axis=2) > 16.0).astype(np.uint8)
    seam[1:] |= (np.linalg.norm(lab[1:] - lab[:-1], axis=2) > 16.0).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(1 - seam, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
