"""A person parted at the neck, so that the head can sit on a spring."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .cutout import Subject
from .faces import Face
from .pixels import Bytes, Plane, blur, grid, mix, smoothstep, to_bytes, to_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Head and body, each cropped to itself; `face` lies in the head.

    `neck` is where the spring meets the body, `chin` where it meets the head, each in pixels of its part;
    there is no body when the photo shows hardly more than a head.
    """

    head: Subject
    face: Face
    chin: tuple[float, float]
    body: Subject | None
    neck: tuple[float, float]


def parted(subject: Subject, face: Face, tilt: float) -> Parted | None:
    """Cut along the jaw; the head is turned by `tilt` degrees. None when there is nothing left to cut."""
    above, below = _cuts(subject, face)
    head = _masked(subject, above)
    rows = np.flatnonzero(head.alpha.max(axis=1) > 128)
    if rows.size < 24:
        return None
    head, face_there, chin = _turned(head, face, tilt)
    remains = _masked(subject, below)
    left = np.flatnonzero(remains.alpha.max(axis=1) > 128)
    if left.size < 0.5 * face.width or float((remains.alpha > 128).sum()) < 0.7 * face.width**2:
        return Parted(head=head, face=face_there, chin=chin, body=None, neck=(0.0, 0.0))
    remains = _hollowed(subject, remains, face)
    stub = (face.x, face.y + 0.74 * face.width)
    body, (dx, dy) = _cropped(remains)
    return Parted(head=head, face=face_there, chin=chin, body=body, neck=(stub[0] - dx, stub[1] - dy))


def _cuts(subject: Subject, face: Face) -> tuple[Plane, Plane]:
    """Masks of the head, round below the ears, and of the body, ending in a short neck."""
    x, y = grid(subject.alpha.shape[1], subject.alpha.shape[0])
    width = np.float32(face.width)
    ears, chin = face.y + 0.04 * width, face.y + 0.69 * width
    left, right = _reach(subject, face)
    low = np.clip((y - ears) / (chin - ears), 0.0, 1.0)
    narrowing = (1.0 - low**2.2) ** (1.0 / 2.2)
    half = np.where(x < face.x, left, right) * narrowing
    soft = max(1.0, 0.012 * face.width)
    head = smoothstep(-soft, soft, half - np.abs(x - np.float32(face.x))) * (y < chin)
    u = np.abs(x - np.float32(face.x)) / width
    neck = chin + width * 0.07 * np.sqrt(np.clip(1.0 - (u / 0.5) ** 2, 0.0, 1.0))
    below = np.clip(1.0 - (u * width / (0.5 * (left + right))) ** 2.2, 0.0, 1.0) ** (1.0 / 2.2)
    beside = ears + (chin - ears) * below
    line = neck + (beside - neck) * smoothstep(0.40, 0.60, u)
    return head, smoothstep(-soft, soft, y - line)


def _hollowed(subject: Subject, body: Subject, face: Face) -> Subject:
    """The body with a dark opening behind its collar, where the head was."""
    x, y = grid(body.alpha.shape[1], body.alpha.shape[0])
    u = np.clip((x - np.float32(face.x)) / (0.60 * face.width), -1.0, 1.0)
    rim = face.y + face.width * (0.60 - 0.15 * np.sqrt(1.0 - u * u))
    soft = max(1.0, 0.012 * face.width)
    opening = smoothstep(-soft, soft, y - rim) * smoothstep(1.0, 0.94, np.abs(u))
    ink = to_floats(body.alpha)
    behind = np.maximum(ink, opening * to_floats(subject.alpha))
    around = blur(to_floats(body.colour) * ink[..., None], 0.12 * face.width)
    dark = 0.20 * around / np.maximum(blur(ink, 0.12 * face.width), 0.05)[..., None]
    colour = mix(np.clip(dark, 0.0, 1.0), to_floats(body.colour), ink)
    return replace(body, colour=to_bytes(colour), alpha=to_bytes(behind))


def _reach(subject: Subject, face: Face) -> tuple[float, float]:
    """How far head and hair go to the left and right of the face at the height of the eyes: shoulders go further."""
    top, bottom = int(max(0.0, face.y - 0.55 * face.width)), int(face.y + 0.12 * face.width) + 1
    covered = (subject.alpha[top:bottom] > 128).mean(axis=0) > 0.30
    middle, most = int(face.x), round(0.95 * face.width)
    sides = covered[max(0, middle - most) : middle][::-1], covered[middle : middle + most]
    left, right = (float(len(side) if side.all() else np.argmin(side)) for side in sides)
    least = 0.50 * face.width
    return max(left, least) + 0.04 * face.width, max(right, least) + 0.04 * face.width


def _masked(subject: Subject, mask: Plane) -> Subject:
    """The largest piece under the mask."""
    alpha = to_bytes(to_floats(subject.alpha) * mask)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((alpha > 128).astype(np.uint8))
    areas = np.asarray(stats)[1:, cv2.CC_STAT_AREA]
    if areas.size > 1:
        best = (np.asarray(labels) == 1 + int(np.argmax(areas))).astype(np.uint8)
        alpha = np.where(cv2.dilate(best, np.ones((5, 5), np.uint8)) > 0, alpha, 0).astype(np.uint8)
    return replace(subject, alpha=alpha)


def _turned(head: Subject, face: Face, tilt: float) -> tuple[Subject, Face, tuple[float, float]]:
    """The head turned about its chin and cropped; its face and chin afterwards."""
    chin = (face.x, face.y + 0.58 * face.width)
    margin = round(0.35 * face.width)
    bare = ((margin, margin), (margin, margin))
    ink = np.pad(to_floats(head.alpha), bare)
    colour = np.pad(to_floats(head.colour), (*bare, (0, 0))) * ink[..., None]
    matrix = cv2.getRotationMatrix2D((chin[0] + margin, chin[1] + margin), tilt, 1.0)
    size = (ink.shape[1], ink.shape[0])
    moved = np.asarray(cv2.warpAffine(np.dstack([colour, ink]), matrix, size, flags=cv2.INTER_CUBIC), np.float32)
    alpha = np.clip(moved[..., 3], 0.0, 1.0)
    shown = np.clip(moved[..., :3] / np.maximum(alpha, 1e-3)[..., None], 0.0, 1.0)
    turned = Subject(colour=to_bytes(shown), alpha=to_bytes(alpha), grounded=False)
    x, y = (np.asarray(matrix) @ np.asarray([face.x + margin, face.y + margin, 1.0])).tolist()
    cropped, (dx, dy) = _cropped(turned)
    there = replace(face, x=x - dx, y=y - dy)
    return cropped, there, (chin[0] + margin - dx, chin[1] + margin - dy)


def _cropped(subject: Subject) -> tuple[Subject, tuple[int, int]]:
    """Cropped to what is covered, and by how much on the left and above."""
    (top, bottom), (left, right) = _span(subject.alpha.max(axis=1)), _span(subject.alpha.max(axis=0))
    window = (slice(top, bottom), slice(left, right))
    return replace(subject, colour=subject.colour[window], alpha=subject.alpha[window]), (left, top)


def _span(covered: Bytes) -> tuple[int, int]:
    where = np.flatnonzero(covered > 12)
    return (int(where[0]), int(where[-1]) + 1) if where.size else (0, len(covered))
