"""Where the pieces of a bobble figure go: base, body, spring, head."""

from dataclasses import dataclass, replace

import numpy as np

from .base import Base
from .cutout import Subject
from .looks import Look
from .parting import Parted
from .pixels import Size
from .placing import Footing, Place, centred
from .spring import Spring

STEP = 15.0
"""Height of the base's upper step, in 1024ths of the frame."""
FOOT = 62.0
"""Height of its lower one, which carries the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """Places in the scene; without a body the spring stands on the base."""

    head: Place
    body: Place | None
    spring: Spring
    whole: Place


def assembled(pieces: Parted, look: Look, size: Size, *, grounded: bool) -> Assembly:
    """Head, spring and body stacked as large as the frame allows."""
    body, grow = pieces.body, _growth(pieces)
    face = pieces.face.width * grow
    gap = (0.15 if body is not None else 0.34) * face
    stub = body.alpha.shape[0] - pieces.neck[1] if body is not None else 0.0
    wide = max(pieces.head.alpha.shape[1] * grow, float(body.alpha.shape[1]) if body is not None else 0.0)
    grounded = grounded and body is not None
    scale, base = stacked(size, pieces.chin[1] * grow + gap + stub, wide, grounded=grounded)
    sunk = (0.50 if grounded else 0.15) * base.ry if body is not None else 0.0
    ground, unit = base.y + sunk, min(size) / 1024.0
    neck_x, neck_y = size[0] / 2, ground - stub * scale
    below: Place | None = None
    if body is not None:
        neck_x += 0.75 * (pieces.neck[0] - 0.5 * body.alpha.shape[1]) * scale
        left, top = neck_x - pieces.neck[0] * scale, ground - body.alpha.shape[0] * scale
        below = _box(body, (left, top), scale, base, unit)
    chin_x, chin_y = neck_x - 0.03 * face * scale * look.side, neck_y - gap * scale
    scaled = grow * scale
    crown = (chin_x - pieces.chin[0] * scaled, chin_y - pieces.chin[1] * scaled)
    head = _box(pieces.head, crown, scaled, base, unit)
    radius = 0.17 * face * scale
    spring = Spring(foot=(neck_x, neck_y), head=(chin_x, chin_y - 0.3 * radius), radius=radius, turns=5)
    whole = Place(left=head.left, top=head.top, width=head.width, height=ground - head.top, base=base, unit=unit)
    return Assembly(head=head, body=below, spring=spring, whole=whole)


def _growth(pieces: Parted) -> float:
    """How much larger the head becomes: less where there is little body to carry it."""
    if pieces.body is None:
        return 1.0
    body = (pieces.body.alpha.shape[0] - pieces.neck[1]) / pieces.face.width
    return float(np.clip(1.08 + 0.24 * body, 1.20, 1.60))


def mounted(subject: Subject, feet: Footing, size: Size) -> tuple[Place, bool]:
    """A figure in one piece on the base, and whether it floats above for want of a footing."""
    floating = not (subject.grounded or feet.steady)
    raised = 0.085 * min(size) if floating else 0.0
    tall, wide = float(subject.alpha.shape[0]), float(subject.alpha.shape[1])
    scale, base = stacked(size, tall, wide, grounded=subject.grounded, raised=raised)
    sunk = 0.35 * base.ry if subject.grounded else (0.04 * tall * scale if feet.disc else 0.0)
    top = base.y + 0.15 * base.ry + sunk - raised - tall * scale
    left = size[0] / 2 - (feet.mass if floating else 0.5) * wide * scale
    if not floating:
        left, x = centred(feet, size[0], wide * scale)
        base = replace(base, x=x)
    return _box(subject, (left, top), scale, base, min(size) / 1024.0), floating


def stacked(size: Size, tall: float, wide: float, *, grounded: bool, raised: float = 0.0) -> tuple[float, Base]:
    """Pixels of the scene per pixel of the subject, and the base's upper step."""
    width, height = size
    unit = min(size) / 1024.0
    below = (STEP + FOOT) * unit
    scale = min((0.86 * height - below - raised - 0.05 * min(size)) / tall, 0.80 * width / wide)
    spread = (0.44 if grounded else 0.40) * wide * scale
    rx = float(np.clip(spread, 0.17 * min(size), min(0.36 * width, 0.30 * min(size))))
    ry = 0.20 * rx
    top = max(0.04 * height, (height - tall * scale - raised - below - 1.6 * ry) * 0.48)
    return scale, Base(x=width / 2, y=top + tall * scale + raised - 0.3 * ry, rx=rx, ry=ry, wall=STEP * unit)


def _box(subject: Subject, corner: tuple[float, float], scale: float, base: Base, unit: float) -> Place:
    (height, width), (left, top) = subject.alpha.shape, corner
    return Place(left=left, top=top, width=width * scale, height=height * scale, base=base, unit=unit)
