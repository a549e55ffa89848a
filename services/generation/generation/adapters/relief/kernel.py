"""What is asked of manifold3d and trimesh, with types: their own are incomplete."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from io import BytesIO
from typing import Any, TypeAlias, cast

import numpy as np
import trimesh
from manifold3d import CrossSection, Error, FillRule, JoinType, Manifold, Mesh
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.floating[Any]]
"""Rows of two or three coordinates in millimetres; also one alone."""
Corners: TypeAlias = NDArray[np.integer[Any]]
"""Rows of three places in a list of points."""

_SEGMENTS = 48
"""Of a full circle, where a corner is rounded."""


def shape_from(loops: Sequence[Points], *, holes_turn: bool) -> CrossSection:
    """A shape from closed lines; holes are those that run the other way, or else every second one inwards."""
    return CrossSection(cast("Any", list(loops)), FillRule.Positive if holes_turn else FillRule.EvenOdd)


def loops_of(shape: CrossSection) -> list[Points]:
    """The closed lines of a shape; holes run the other way."""
    return [np.asarray(loop, np.float64) for loop in shape.to_polygons()]


def parts_of(shape: CrossSection) -> list[CrossSection]:
    """Its separate pieces, the largest first."""
    return sorted(shape.decompose(), key=lambda part: part.area(), reverse=True)


def bounds_of(shape: CrossSection) -> tuple[float, float, float, float]:
    """Left, bottom, right, top."""
    left, low, right, high = (float(side) for side in shape.bounds())
    return left, low, right, high


def box_of(body: Manifold) -> tuple[Points, Points]:
    """Its lowest and its highest corner."""
    sides = np.asarray(body.bounding_box(), np.float64)
    return sides[:3], sides[3:]


def moved(shape: CrossSection, x: float, y: float) -> CrossSection:
    """The shape somewhere else."""
    return shape.translate((x, y))


def offset(shape: CrossSection, by: float) -> CrossSection:
    """Grown, or shrunk if negative, with round corners."""
    return shape.offset(by, JoinType.Round, 2.0, _SEGMENTS)


def solid_from(vertices: Points, faces: Corners) -> Manifold:
    """A body from triangles that close it."""
    rows = np.ascontiguousarray(vertices, np.float32)
    return Manifold(Mesh(rows, np.ascontiguousarray(faces, np.uint32)))


def triangles_of(body: Manifold) -> tuple[Points, Corners]:
    """Its vertices and triangles."""
    mesh = body.to_mesh()
    return np.asarray(mesh.vert_properties, np.float64)[:, :3], np.asarray(mesh.tri_verts, np.int64)


def bodies_in(body: Manifold) -> int:
    """How many separate bodies it is; 0 for none or a broken one."""
    return len(body.decompose()) if body.status() == Error.NoError and not body.is_empty() else 0


def mesh_from(vertices: Points, faces: Corners, **looks: Any) -> trimesh.Trimesh:
    """A mesh as it is given: nothing joined, nothing dropped."""
    return trimesh.Trimesh(vertices=vertices, faces=faces, process=False, **looks)


def exported(mesh: trimesh.Trimesh, file_type: str) -> bytes:
    """The bytes of its file."""
    return cast("bytes", cast("Any", mesh).export(file_type=file_type))


def loaded(data: bytes, file_type: str, *, scale: float) -> trimesh.Trimesh:
    """The mesh in a file, vertices in one place joined, so many times as large."""
    mesh = cast("trimesh.Trimesh", cast("Any", trimesh).load(BytesIO(data), file_type=file_type, force="mesh"))
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    mesh.apply_scale(scale)
    return mesh


def is_closed(mesh: trimesh.Trimesh) -> bool:
    """Watertight, with every triangle turned outwards like its neighbours."""
    return bool(mesh.is_watertight and mesh.is_winding_consistent)


def inside_of(mesh: trimesh.Trimesh) -> tuple[Points, Corners, float]:
    """Vertices, triangles, and volume."""
    return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64), float(mesh.volume)
