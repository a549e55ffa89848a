"""Whether a model will print and stand: measured on the solid, and again on each file as it is read back."""

from math import atan2, degrees

import cv2
import numpy as np
import trimesh
from manifold3d import Manifold

from generation.domain import ModelFailure, ModelPart
from generation.ports import ModelNotMade

from .kernel import Points, bodies_in, inside_of, is_closed, loaded, solid_from, triangles_of
from .outline import THINNEST, narrowest
from .solid import PLATE, Solid, mass_centre

MOST_TRIANGLES = 250_000
MOST_BYTES = 24_000_000
STEADY = 15.0
"""Degrees a model may be tipped in any direction and still come back."""
_AGREES = 0.01
"""Share by which the volume of a file may differ from the solid's."""
_TO_MILLIMETRES = {ModelPart.GLB: 1000.0, ModelPart.STL: 1.0, ModelPart.THREE_MF: 1.0}


def min_wall(solid: Solid) -> float:
    """The thinnest wall in millimetres: of the plate from front to back, and of its outline from side to side."""
    return min(PLATE, narrowest(solid.outline.shape, at_most=PLATE))


def tipping_angle(body: Manifold) -> float:
    """Degrees until the centre of mass leaves the footprint, in the worst direction; negative: it falls at once."""
    return tipping(triangles_of(body)[0], mass_centre(body))


def tipping(vertices: Points, centre: Points) -> float:
    """The same for vertices that stand on their lowest ones."""
    ground = vertices[vertices[:, 2] < vertices[:, 2].min() + 0.05][:, :2].astype(np.float32)
    hull = cv2.convexHull(ground)
    inside = cv2.pointPolygonTest(hull, (float(centre[0]), float(centre[1])), measureDist=True)
    return degrees(atan2(inside, float(centre[2] - vertices[:, 2].min())))


def check_solid(solid: Solid) -> None:
    """Raises ModelNotMade unless the solid is one body, thick enough and steady."""
    body = solid.body
    if bodies_in(body) != 1 or body.volume() <= 0:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, "not one body")
    if min_wall(solid) < THINNEST:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, "a wall is too thin")
    if tipping_angle(body) < STEADY:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, "it would fall over")
    if body.num_tri() > MOST_TRIANGLES:
        raise ModelNotMade(ModelFailure.TOO_LARGE, f"{body.num_tri()} triangles")


def check_file(part: ModelPart, data: bytes, solid: Solid) -> None:
    """Raises ModelNotMade unless the file, read back, is one closed body of the solid's size."""
    if len(data) > MOST_BYTES:
        raise ModelNotMade(ModelFailure.TOO_LARGE, f"{part}: {len(data)} bytes")
    mesh = read_back(part, data)
    vertices, faces, volume = inside_of(mesh)
    if not is_closed(mesh):
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, f"{part}: not watertight when read back")
    if bodies_in(solid_from(vertices, faces)) != 1:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, f"{part}: not one body when read back")
    if abs(volume / solid.body.volume() - 1.0) > _AGREES:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, f"{part}: another volume when read back")


def read_back(part: ModelPart, data: bytes) -> trimesh.Trimesh:
    """The mesh of a file in millimetres."""
    return loaded(data, part.value, scale=_TO_MILLIMETRES[part])
