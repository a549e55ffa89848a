"""Frontal faces in a cut-out, found twice before they are believed: by a face cascade, then by its eyes."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np

from .cutout import Subject
from .pixels import Bytes, Plane, grid

_LONGEST = 560
_CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_eye.xml", "haarcascade_eye_tree_eyeglasses.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face: its middle and width in pixels of the cut-out; the chin is about half a width below the middle."""

    x: float
    y: float
    width: float


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    with as_file(files("cv2") / "data" / name) as path:
        return cv2.CascadeClassifier(str(path))


def load_cascades() -> None:
    """Read the cascades now, so that a broken installation shows before the first order."""
    for name in _CASCADES:
        _cascade(name)


def faces_in(subject: Subject) -> list[Face]:
    """Every frontal face that lies on the subject and shows an eye in each half, the widest first."""
    scale = _LONGEST / max(subject.alpha.shape)
    size = (max(24, round(subject.alpha.shape[1] * scale)), max(24, round(subject.alpha.shape[0] * scale)))
    opaque = np.asarray(cv2.resize(subject.alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    grey = _evened(np.asarray(cv2.resize(subject.colour, size, interpolation=cv2.INTER_AREA), np.uint8), opaque)
    smallest = max(24, round(0.05 * max(size)))
    found = _cascade(_CASCADES[0]).detectMultiScale(grey, 1.08, 4, minSize=(smallest, smallest))
    boxes = [(int(x), int(y), int(w)) for x, y, w, _ in np.asarray(found).reshape(-1, 4)]
    seen = [box for box in boxes if _on_subject(opaque, box) and _has_eyes(grey, box)]
    return [
        Face(x=(x + w / 2) / scale, y=(y + w / 2) / scale, width=w / scale)
        for x, y, w in sorted(seen, key=lambda box: -box[2])
    ]


def on_faces(faces: list[Face], shape: tuple[int, int]) -> Plane:
    """How much each pixel belongs to a face: 1 in its middle, 0 a little beyond its outline."""
    x, y = grid(shape[1], shape[0])
    shown = np.zeros(shape, np.float32)
    for face in faces:
        u, v = (x - face.x) / (0.50 * face.width), (y - face.y - 0.06 * face.width) / (0.66 * face.width)
        shown = np.maximum(shown, np.clip(1.7 - 1.4 * np.hypot(u, v), 0.0, 1.0))
    return shown


def _evened(colour: Bytes, opaque: Bytes) -> Bytes:
    """Grey with its local contrast evened out, for dark faces and dim light; mid-grey around the subject."""
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)
    evened = np.asarray(cv2.createCLAHE(2.0, (6, 6)).apply(grey), np.uint8)
    return np.where(opaque > 128, evened, 128).astype(np.uint8)


def _on_subject(opaque: Bytes, box: tuple[int, int, int]) -> bool:
    x, y, w = box
    return bool((opaque[y + w // 8 : y + w - w // 8, x + w // 6 : x + w - w // 6] > 128).mean() > 0.9)


def _has_eyes(grey: Bytes, box: tuple[int, int, int]) -> bool:
    """An eye in the left half and one in the right, at about the same height."""
    x, y, w = box
    crop = np.asarray(
        cv2.resize(grey[y + w // 6 : y + w * 6 // 10, x : x + w], (220, 96), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    for name in _CASCADES[1:]:
        eyes = np.asarray(_cascade(name).detectMultiScale(crop, 1.06, 3, minSize=(30, 30))).reshape(-1, 4)
        middles = [(int(ex) + int(ew) / 2, int(ey) + int(eh) / 2) for ex, ey, ew, eh in eyes]
        left = [ey for ex, ey in middles if 20 < ex < 105]
        right = [ey for ex, ey in middles if 115 < ex < 200]
        if any(abs(a - b) < 22 for a in left for b in right):
            return True
    return False
