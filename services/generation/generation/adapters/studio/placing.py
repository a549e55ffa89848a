"""Where a figure stands in the frame, and what it stands on."""

from dataclasses import dataclass, replace

import numpy as np

from .base import Base, ellipse
from .cutout import Subject
from .faces import Face, on_faces
from .looks import Look
from .pixels import Picture, Plane, Size, blur, coverage, die_cut, flat, grid, mix, resize, shift, smoothstep, to_floats

_MARGIN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """How an outline meets the ground, in shares of its width: where it touches, and its centre of mass."""

    left: float
    right: float
    mass: float
    disc: bool

    @property
    def steady(self) -> bool:
        """Whether it would stand by itself."""
        return self.disc or self.left - 0.04 < self.mass < self.right + 0.04


def centred(feet: Footing, width: float, wide: float) -> tuple[float, float]:
    """Left edge of a figure `wide` pixels wide, and the middle of its base: half a step off centre each."""
    foot = float(np.clip((feet.left + feet.right) / 2 if feet.steady else feet.mass, 0.25, 0.75))
    margin = min(0.07 * width, (width - wide) / 2)
    left = float(np.clip(width / 2 - (0.5 + foot) / 2 * wide, margin, width - margin - wide))
    return left, left + foot * wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The subject in scene pixels with a bare margin around it; `left` and `top` place its picture."""

    colour: Picture
    alpha: Plane
    left: int
    top: int

    @property
    def window(self) -> tuple[slice, slice]:
        """The rows and columns of the scene it covers."""
        height, width = self.alpha.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The box a figure fills and the base under it, in pixels."""

    left: float
    top: float
    width: float
    height: float
    base: Base
    unit: float

    @property
    def horizon(self) -> float:
        """Row where the floor begins."""
        return self.base.y - 1.5 * self.base.ry


def footing(alpha: Plane) -> Footing:
    """Read from the lowest sixteenth of an outline."""
    height, width = alpha.shape
    solid = (alpha > 0.5).astype(np.float32)
    columns = np.flatnonzero(solid[-max(2, height // 16) :].max(axis=0))
    weight = solid.mean(axis=0)
    mass = float((weight * grid(width, 1)[0][0]).mean() / max(float(weight.mean()), 1e-9)) / width
    left, right = (float(columns[0]) / width, float(columns[-1] + 1) / width) if columns.size else (0.0, 1.0)
    filled = float(weight.mean())
    disc = abs(filled - np.pi / 4) < 0.012 and 0.95 < width / height < 1.05 and abs((left + right) / 2 - 0.5) < 0.06
    return Footing(left=left, right=right, mass=mass, disc=bool(disc))


def placed(subject: Subject, place: Place) -> Figure:
    """The subject resized into its place."""
    box = (max(8, round(place.width)), max(8, round(place.height)))
    ink = np.clip(resize(to_floats(subject.alpha), box), 0.0, 1.0)
    weighted = resize(to_floats(subject.colour) * to_floats(subject.alpha)[..., None], box)
    bare = ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN))
    alpha = np.pad(ink, bare)
    shown = np.pad(np.clip(weighted / np.maximum(ink, 1e-3)[..., None], 0.0, 1.0), (*bare, (0, 0)), mode="edge")
    return Figure(colour=shown, alpha=alpha, left=round(place.left) - _MARGIN, top=round(place.top) - _MARGIN)


def faces_on(figure: Figure, subject: Subject, faces: list[Face]) -> Plane:
    """Where the subject's faces are, in the figure's own pixels."""
    height, width = figure.alpha.shape
    bare = (width - 2 * _MARGIN, height - 2 * _MARGIN)
    return np.pad(np.clip(resize(on_faces(faces, subject.alpha.shape), bare), 0.0, 1.0), _MARGIN)


def rounded(figure: Figure, *, grounded: bool) -> Figure:
    """The figure with the outline a mould would leave: no spikes, no notches, a bust drawn in towards its base."""
    tall = max(figure.alpha.shape)
    fine = tall / 820.0
    closed = np.maximum(figure.alpha, blur(die_cut(figure.alpha, out=0.0, radius=11.0 * fine), 1.0 * fine))
    outline = smoothstep(0.34, 0.66, blur(closed, 4.2 * fine))
    if grounded:
        outline = outline * _drawn_in(figure.alpha.shape)
    known = np.maximum(blur(figure.alpha, 6.0 * fine), 1e-3)[..., None]
    around = blur(figure.colour * figure.alpha[..., None], 6.0 * fine) / known
    colour = mix(np.clip(around, 0.0, 1.0), figure.colour, figure.alpha)
    return replace(figure, colour=colour, alpha=outline)


def _drawn_in(shape: tuple[int, int]) -> Plane:
    """1 inside a bust's lower curve: full width down to the chest, narrower at the foot."""
    height, width = shape
    x, y = grid(width, height)
    low = np.clip((y - 0.70 * height) / (0.30 * height - _MARGIN), 0.0, 1.0)
    half = (width / 2 - _MARGIN) * (1.0 - 0.15 * low**2.4)
    return smoothstep(-1.2, 1.2, half - np.abs(x - (width - 1) / 2))


def onto(scene: Picture, patch: Picture, alpha: Plane, left: int, top: int) -> Picture:
    """The patch laid on the scene at that corner; what lies outside is cut off."""
    height, width = alpha.shape
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(scene.shape[1], left + width), min(scene.shape[0], top + height)
    if x1 <= x0 or y1 <= y0:
        return scene
    inner = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    laid = scene.copy()
    under = scene[y0:y1, x0:x1]
    laid[y0:y1, x0:x1] = under + (patch[inner] - under) * alpha[inner][..., None]
    return laid


def silhouette(figure: Figure, size: Size) -> Plane:
    """The figure's opacity on a bare canvas of the scene's size."""
    bare = np.zeros((size[1], size[0], 1), np.float32)
    return onto(bare, np.ones((*figure.alpha.shape, 1), np.float32), figure.alpha, figure.left, figure.top)[..., 0]


def on_base(scene: Picture, shape: Plane, place: Place, look: Look) -> Picture:
    """Contact shade, and the figure faintly mirrored in the polished top."""
    base = place.base
    top = coverage(ellipse(scene, base.x, base.y, base.rx, base.ry))
    y = grid(scene.shape[1], scene.shape[0])[1]
    low = shift(shape, -look.side * 6.0 * place.unit, 5.0 * place.unit) * (y > base.y - base.ry)
    shade = np.clip(0.62 * blur(low, 4.0 * place.unit) + 0.50 * blur(low, 18.0 * place.unit), 0.0, 0.85)
    return mix(scene, flat(look.shade) * np.float32(0.6), shade * top)
