"""Style `statuette`: the subject cast or carved, on a turned plinth with a plaque."""

import numpy as np

from .backdrop import finished, room
from .base import Base, ellipse
from .brief import Brief
from .cutout import Subject
from .faces import faces_in
from .looks import Look
from .materials import BRASS, MATERIALS, Material, Surface
from .pixels import Picture, Plane, Size, blur, coverage, flat, grid, mix, shift, smoothstep
from .placing import Figure, Footing, Place, centred, faces_on, footing, onto, placed, rounded, silhouette
from .plinth import erect, plinth_under
from .relief import cushion, modelled, normals
from .stem import on_stem


def statuette(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    material = MATERIALS[brief.choice("material", *MATERIALS)]
    feet = footing(subject.alpha / np.float32(255.0))
    place = _planned(subject, feet, size)
    plinth = plinth_under(place.base, place.unit)
    figure = rounded(placed(subject, place), grounded=subject.grounded)
    shape = silhouette(figure, size)
    middle = (0.5 * size[0], place.top + 0.48 * place.height)
    reach = min(0.60 * max(place.height, place.width), 0.42 * size[0])
    scene = room(size, look, centre=middle, horizon=plinth.foot.y - 0.8 * plinth.foot.ry, reach=reach)
    scene = _cast_shadow(scene, shape, place, look)
    scene = erect(scene, plinth, look, material.plinth, brief.title)
    if not (subject.grounded or feet.steady):
        scene = on_stem(scene, shape, place, look, BRASS)
    scene = _contact(scene, shape, place, look)
    surface = _sculpted(figure, subject, material, look)
    scene = onto(scene, material.paint(surface), figure.alpha, figure.left, figure.top)
    return finished(scene, look)


def _planned(subject: Subject, feet: Footing, size: Size) -> Place:
    """Figure and plinth as large as the frame allows, centred as one group."""
    width, height = size
    unit = min(size) / 1024.0
    head = 18.0 * unit
    below = head + 62.0 * unit + 22.0 * unit
    aspect = subject.alpha.shape[1] / subject.alpha.shape[0]
    tall = min(0.86 * height - below - 0.05 * min(size), 0.80 * width / aspect)
    wide = tall * aspect
    spread = max(feet.right - feet.mass, feet.mass - feet.left) * wide + 0.02 * min(size)
    rx = float(np.clip(max(spread, 0.36 * wide), 0.17 * min(size), min(0.37 * width, 0.34 * min(size))))
    ry = 0.19 * rx
    sunk = (0.055 * tall if feet.disc else -0.02 * tall) if not subject.grounded else 0.30 * ry
    group = tall + below + 1.3 * ry
    top = max(0.045 * height, (height - group) * 0.48)
    left, x = centred(feet, width, wide)
    base = Base(x=x, y=top + tall - sunk - 0.15 * ry, rx=rx, ry=ry, wall=head)
    return Place(left=left, top=top, width=wide, height=tall, base=base, unit=unit)


def _sculpted(figure: Figure, subject: Subject, material: Material, look: Look) -> Surface:
    """The height field of a figure, and what light needs to know of it."""
    tall = max(figure.alpha.shape)
    fine = tall / 820.0
    volume = cushion(figure.alpha, 0.115 * tall, grounded=subject.grounded)
    faces = faces_on(figure, subject, faces_in(subject))
    tone = modelled(blur(figure.colour, 0.8 * fine), figure.alpha, faces, fine)
    depth = material.depth * (1.0 - 0.5 * faces)
    relief = 0.028 * tall * (blur(tone, 7.0 * fine) - 0.5) + 0.0085 * tall * (blur(tone, 1.6 * fine) - 0.5)
    height = 0.74 * volume + relief * depth * smoothstep(0.0, 14.0 * fine, volume)
    height = blur(height, 1.1 * fine)
    right, up, near = normals(height)
    hollow = blur(height, 5.0 * fine) - height + 0.6 * (blur(height, 14.0 * fine) - height)
    inside = smoothstep(4.0 * fine, 22.0 * fine, volume)
    cavity = np.clip(hollow / (4.2 * fine), 0.0, 1.0) * inside * (1.0 - 0.35 * faces)
    return Surface(
        alpha=figure.alpha, right=right, up=up, near=near, tone=tone, cavity=cavity, face=faces, thick=volume,
        unit=fine, side=look.side, seed=look.seed,
    )  # fmt: skip


def _cast_shadow(scene: Picture, shape: Plane, place: Place, look: Look) -> Picture:
    """The figure's soft shadow on the wall behind."""
    dropped = shift(shape, -look.side * 0.10 * place.height, 0.05 * place.height)
    return mix(scene, flat(look.shade), 0.30 * blur(dropped, 26.0 * place.unit))


def _contact(scene: Picture, shape: Plane, place: Place, look: Look) -> Picture:
    """The shade where the figure meets the top of the plinth."""
    base = place.base
    top = coverage(ellipse(scene, base.x, base.y, base.rx, base.ry))
    squeezed = shift(shape, -look.side * 6.0 * place.unit, 5.0 * place.unit)
    y = grid(scene.shape[1], scene.shape[0])[1]
    low = squeezed * (y > base.y - base.ry)
    shade = np.clip(0.75 * blur(low, 4.0 * place.unit) + 0.55 * blur(low, 16.0 * place.unit), 0.0, 0.9)
    return mix(scene, flat((0.02, 0.015, 0.01)), shade * top)
