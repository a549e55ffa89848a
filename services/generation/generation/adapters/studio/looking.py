"""What can be seen of a photo before anything is painted of it."""

import cv2
import numpy as np

from generation.domain.hints import Seen

from .cutout import Subject, open_photo
from .faces import faces_in
from .pixels import Bytes, Plane
from .segmentation import subject_mask


def look_at(photo: bytes) -> Seen:
    """Where its subject is, and how many faces look at us; raises PhotoUnreadable."""
    pixels = open_photo(photo)
    mask = subject_mask(pixels)
    rows, columns = np.flatnonzero(mask.max(axis=1)), np.flatnonzero(mask.max(axis=0))
    return Seen(
        cover=float(mask.mean()),
        extent=max(_extent(rows) / mask.shape[0], _extent(columns) / mask.shape[1]),
        top=float(mask[:2].mean()),
        left=float(mask[:, :2].mean()),
        right=float(mask[:, -2:].mean()),
        parts=_parts(mask),
        faces=_faces(pixels),
    )


def _extent(covered: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> int:
    return int(covered[-1] - covered[0]) + 1 if covered.size else 0


def _parts(mask: Plane) -> tuple[float, ...]:
    _, _, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8))
    areas = np.asarray(stats)[1:, cv2.CC_STAT_AREA] / mask.size
    return tuple(sorted((float(area) for area in areas), reverse=True))


def _faces(pixels: Bytes) -> tuple[float, ...]:
    # In the whole photo: whom the cut-out left behind stands beside its subject all the same.
    everything = np.full(pixels.shape[:2], 255, np.uint8)
    return tuple(face.width for face in faces_in(Subject(colour=pixels, alpha=everything, grounded=False)))
