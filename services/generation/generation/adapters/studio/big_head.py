"""Style `big-head-vinyl`: the subject as a smooth glossy vinyl toy on a round base with its name."""

import numpy as np

from .backdrop import finished, room
from .base import Base, front_size, set_down, stand
from .brief import Brief
from .cutout import Subject
from .faces import Face, faces_in
from .heads import grown, lone_face
from .lettering import lettered
from .looks import Look
from .materials import STEEL
from .pixels import Picture, Size, blur, flat, mix, shift
from .placing import Figure, Place, centred, faces_on, footing, on_base, onto, placed, rounded, silhouette
from .relief import cushion
from .stem import on_stem
from .vinyl import moulded, painted

_GROWTH = 1.42


def big_head_vinyl(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    faces = faces_in(subject)
    face = lone_face(faces, subject)
    if face is not None and brief.choice("head", "natural", "bobble") == "bobble":
        subject, face = grown(subject, face, _GROWTH)
        faces = [face]
    place = _planned(subject, size)
    figure = rounded(placed(subject, place), grounded=subject.grounded)
    shape = silhouette(figure, size)
    middle = (size[0] / 2, place.top + 0.48 * place.height)
    reach = min(0.60 * max(place.height, place.width), 0.42 * size[0])
    scene = room(size, look, centre=middle, horizon=place.horizon, reach=reach)
    dropped = shift(shape, -look.side * 0.10 * place.height, 0.05 * place.height)
    scene = mix(scene, flat(look.shade), 0.28 * blur(dropped, 26.0 * place.unit))
    scene = set_down(scene, place.base, look)
    scene = stand(scene, place.base, look, lettered(brief.title, front_size(place.base), largest=0.70))
    feet = footing(subject.alpha / np.float32(255.0))
    if not (subject.grounded or feet.steady):
        scene = on_stem(scene, shape, place, look, STEEL)
    scene = on_base(scene, shape, place, look)
    scene = onto(scene, _toy(figure, subject, faces, look), figure.alpha, figure.left, figure.top)
    return finished(scene, look)


def _toy(figure: Figure, subject: Subject, faces: list[Face], look: Look) -> Picture:
    tall = max(figure.alpha.shape)
    unit = tall / 820.0
    shown = faces_on(figure, subject, faces)
    paint = painted(figure.colour, figure.alpha, shown, unit)
    volume = cushion(figure.alpha, 0.19 * tall, grounded=subject.grounded)
    return moulded(paint, shown, volume, look)


def _planned(subject: Subject, size: Size) -> Place:
    width, height = size
    unit = min(size) / 1024.0
    wall = 74.0 * unit
    feet = footing(subject.alpha / np.float32(255.0))
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = min(0.86 * height - wall - 0.055 * min(size), 0.82 * width / aspect)
    wide = tall * aspect
    rx = float(np.clip(0.50 * wide, 0.20 * min(size), min(0.40 * width, 0.35 * min(size))))
    ry = 0.20 * rx
    sunk = 0.35 * ry if subject.grounded else (0.05 * tall if feet.disc else -0.01 * tall)
    group = tall + wall + 1.3 * ry
    top = max(0.045 * height, (height - group) * 0.48)
    left, x = centred(feet, width, wide)
    base = Base(x=x, y=top + tall - sunk - 0.15 * ry, rx=rx, ry=ry, wall=wall)
    return Place(left=left, top=top, width=wide, height=tall, base=base, unit=unit)
