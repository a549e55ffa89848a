"""Which pixels are the subject: U-2-Net's guess, sharpened by GrabCut."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

import cv2
import numpy as np

from .pixels import Bytes, Plane, resize, to_floats

WEIGHTS_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
_MEAN = np.asarray([0.485, 0.456, 0.406], np.float32)  # ImageNet, as the network was trained
_SPREAD = np.asarray([0.229, 0.224, 0.225], np.float32)
_NETWORK_SIDE = 320
_GRABCUT_SIDE = 480


class WeightsDamaged(Exception):
    """The segmentation weights are not the file that was shipped; install the service again."""


@cache
def network() -> cv2.dnn.Net:
    """U-2-Net (small), loaded once per process after its checksum was seen to be right."""
    weights = (files("generation.adapters.studio") / "data" / "u2netp.onnx").read_bytes()
    if sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise WeightsDamaged
    return cv2.dnn.readNetFromONNX(np.frombuffer(weights, np.uint8))


def saliency(photo: Bytes) -> Plane:
    """How likely each pixel belongs to the subject, 0..1."""
    small = to_floats(
        np.asarray(cv2.resize(photo, (_NETWORK_SIDE, _NETWORK_SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    )
    small = small / max(float(small.max()), 1e-6)
    tensor = ((small - _MEAN) / _SPREAD).transpose(2, 0, 1)[None]
    net = network()
    net.setInput(np.ascontiguousarray(tensor, np.float32))
    answer = np.asarray(net.forward(net.getUnconnectedOutLayersNames()[0]), np.float32)[0, 0]
    low, high = float(answer.min()), float(answer.max())
    answer = (answer - low) / max(high - low, 1e-6)
    return np.clip(resize(answer, (photo.shape[1], photo.shape[0])), 0.0, 1.0)


def subject_mask(photo: Bytes) -> Plane:
    """0 or 1 per pixel of a working copy no longer than 480 px, holes and crumbs gone.

    All 0 where the network doubts more than it knows: a pattern, a texture, noise.
    """
    scale = min(1.0, _GRABCUT_SIDE / max(photo.shape[:2]))
    size = (max(8, round(photo.shape[1] * scale)), max(8, round(photo.shape[0] * scale)))
    small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    prior = saliency(small)
    if _doubtful(prior):
        return np.zeros(prior.shape, np.float32)
    mask = _agreed(_grabcut(small, prior), prior)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    return _without_holes(_without_crumbs(mask), prior).astype(np.float32)


def _doubtful(prior: Plane) -> bool:
    undecided = np.count_nonzero((prior > 0.2) & (prior < 0.8))
    # Sharp photos come to 0.05 at most; a tiny one blown up, whose outline would be guessed, to 0.07.
    vague = float((prior * (1.0 - prior)).mean()) > 0.06 * float(np.sqrt(prior.mean()))
    return vague or bool(undecided > np.count_nonzero(prior > 0.5))


def _grabcut(photo: Bytes, prior: Plane) -> Bytes:
    """Two rounds of GrabCut, seeded with what the network is sure of."""
    trimap = np.where(prior > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[cv2.erode((prior > 0.85).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = cv2.GC_FGD
    trimap[cv2.erode((prior < 0.08).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0] = cv2.GC_BGD
    foreground = np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if foreground.all() or not foreground.any():
        return foreground.astype(np.uint8)
    cv2.setRNGSeed(20_260)  # GrabCut clusters colours at random; the same photo must give the same bytes
    model = np.zeros((1, 65), np.float64)
    cv2.grabCut(photo, trimap, (0, 0, 0, 0), model, model.copy(), 2, cv2.GC_INIT_WITH_MASK)
    return np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)


def _agreed(cut: Bytes, prior: Plane) -> Bytes:
    """GrabCut may not grab a flag or grass the network doubted, nor drop what it was sure of."""
    agreed = ((cut > 0) & (prior > 0.52)) | (prior > 0.72)
    sure = (prior > 0.88).astype(np.uint8)
    if sure.sum() < 0.3 * agreed.sum():
        return agreed.astype(np.uint8)
    # Doubt is fine along an edge, not as a region of its own.
    return (agreed & (cv2.dilate(sure, np.ones((15, 15), np.uint8)) > 0)).astype(np.uint8)


def _without_crumbs(mask: Bytes) -> Bytes:
    """Only components of at least 12 % of the largest."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = np.asarray(stats)[1:, cv2.CC_STAT_AREA]
    if areas.size == 0:
        return mask
    kept = 1 + np.flatnonzero(areas >= 0.12 * areas.max())
    return np.isin(labels, kept).astype(np.uint8)


def _without_holes(mask: Bytes, prior: Plane) -> Bytes:
    """Small holes filled; middling ones too where the network half believed in them."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    filled = mask.copy()
    labels = np.asarray(labels)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    for label, row in enumerate(np.asarray(stats)):
        share = float(row[cv2.CC_STAT_AREA]) / mask.size
        if label == 0 or label in edge or share > 0.03:
            continue
        if share < 0.004 or float(prior[labels == label].mean()) > 0.12:
            filled[labels == label] = 1
    return filled
