"""Style `bobble-head`: painted and glazed, the head large and on a spring."""

from dataclasses import dataclass, replace

import numpy as np

from .backdrop import finished, room
from .base import front_size, set_down, stand
from .bobble_plan import FOOT, Assembly, assembled, mounted
from .brief import Brief
from .cutout import Subject
from .faces import Face, faces_in
from .glaze import brushed, glazed
from .heads import top_heavy
from .lettering import lettered
from .looks import Look
from .materials import STEEL
from .parting import Parted, parted
from .pixels import Picture, Plane, Size, blend, blur, flat, mix, shift
from .placing import Figure, Place, faces_on, footing, on_base, onto, placed, rounded, silhouette
from .relief import cushion
from .spring import Spring, coiled
from .stem import on_stem


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One glazed piece in its place, and its outline in the scene."""

    figure: Figure
    picture: Picture
    shape: Plane

    def on(self, scene: Picture) -> Picture:
        """The scene with the piece in it."""
        return onto(scene, self.picture, self.figure.alpha, self.figure.left, self.figure.top)


def bobble_head(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """The finished picture, RGB 0..1."""
    faces = faces_in(subject)
    badge = footing(subject.alpha / np.float32(255.0)).disc
    tilt = -look.side * float(np.random.default_rng(look.seed).uniform(2.5, 5.0))
    pieces = parted(subject, faces[0], tilt) if len(faces) == 1 and not badge else None
    if pieces is None:
        return finished(_whole(subject, look, size, brief), look)
    plan = assembled(pieces, look, size, grounded=subject.grounded)
    return finished(_on_spring(pieces, plan, look, size, brief), look)


def _whole(subject: Subject, look: Look, size: Size, brief: Brief) -> Picture:
    """One piece, larger above than below; on a spring when it could not stand by itself."""
    disc = footing(subject.alpha / np.float32(255.0)).disc
    heavy = subject if disc else top_heavy(subject, 1.28)
    place, floating = mounted(heavy, footing(heavy.alpha / np.float32(255.0)), size)
    part = _fired(heavy, faces_in(heavy), place, look, size)
    scene = _stage(part.shape, place, look, size, brief)
    if not floating:
        return part.on(on_base(scene, part.shape, place, look))
    column = np.flatnonzero(part.shape[:, size[0] // 2] > 0.5)
    foot, under = place.base.y, float(column[-1]) if column.size else place.base.y - 80.0 * place.unit
    turns = int(np.clip(round((foot - under) / (20.0 * place.unit)), 3, 14))
    x, radius = size[0] / 2, 40.0 * place.unit
    spring = Spring(foot=(x, foot), head=(x, under - 12.0 * place.unit), radius=radius, turns=turns)
    return part.on(coiled(scene, spring, look))


def _on_spring(pieces: Parted, plan: Assembly, look: Look, size: Size, brief: Brief) -> Picture:
    """Body, spring and head, or the head on a spring of its own."""
    head = _fired(pieces.head, [pieces.face], plan.head, look, size)
    if pieces.body is None or plan.body is None:
        return head.on(coiled(_stage(head.shape, plan.whole, look, size, brief), plan.spring, look))
    body = _fired(pieces.body, [], plan.body, look, size)
    scene = _stage(np.maximum(head.shape, body.shape), plan.whole, look, size, brief)
    feet = footing(pieces.body.alpha / np.float32(255.0))
    if not (pieces.body.grounded or feet.steady):
        scene = on_stem(scene, body.shape, plan.body, look, STEEL)
    scene = body.on(on_base(scene, body.shape, plan.body, look))
    lowered = shift(head.shape, 0.0, 0.8 * (plan.spring.foot[1] - plan.spring.head[1]))
    shade = blur(lowered, 14.0 * plan.whole.unit) * body.shape
    scene = mix(scene, flat(look.shade) * np.float32(0.5), 0.42 * shade)
    return head.on(coiled(scene, plan.spring, look))


def _stage(shape: Plane, place: Place, look: Look, size: Size, brief: Brief) -> Picture:
    """Room, shadows and the two-stepped base."""
    middle = (size[0] / 2, place.top + 0.48 * place.height)
    reach = min(0.62 * max(place.height, place.width), 0.42 * size[0])
    step = place.base
    foot = replace(step, y=step.y + step.wall, rx=1.16 * step.rx, ry=1.16 * step.ry, wall=FOOT * place.unit)
    scene = room(size, look, centre=middle, horizon=foot.y - 1.2 * foot.ry, reach=reach)
    dropped = shift(shape, -look.side * 0.10 * place.height, 0.05 * place.height)
    scene = mix(scene, flat(look.shade), 0.28 * blur(dropped, 26.0 * place.unit))
    scene = set_down(scene, foot, look)
    scene = stand(scene, foot, look, lettered(brief.title, front_size(foot), largest=0.74))
    upper = replace(look, base=blend(look.base, look.letters, 0.55))
    return stand(scene, step, upper, None)


def _fired(subject: Subject, faces: list[Face], place: Place, look: Look, size: Size) -> _Part:
    """The piece modelled, painted and glazed."""
    figure = rounded(placed(subject, place), grounded=subject.grounded)
    tall = max(figure.alpha.shape)
    unit = tall / 820.0
    shown = faces_on(figure, subject, faces)
    paint = brushed(figure.colour, figure.alpha, shown, unit)
    volume = cushion(figure.alpha, 0.24 * tall, grounded=subject.grounded)
    picture = glazed(paint, figure.alpha, shown, volume, look)
    return _Part(figure=figure, picture=picture, shape=silhouette(figure, size))
