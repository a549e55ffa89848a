"""The files of a model: GLB to look at, STL and 3MF to print."""

from io import BytesIO
from typing import Any, cast

import numpy as np
import trimesh
from PIL import Image

from generation.domain import ModelPart

from .surface import Surface, texture_jpeg

_ROUGHNESS = 0.62
"""Of printed and painted plastic."""
_PLACES = 4
"""Decimals of a millimetre that are written; a printer has two."""


def encode(part: ModelPart, surface: Surface) -> bytes:
    """The model in one format."""
    return _glb(surface) if part is ModelPart.GLB else _printable(part, surface)


def _printable(part: ModelPart, surface: Surface) -> bytes:
    """STL, binary, or 3MF; both in millimetres, z upwards."""
    mesh = trimesh.Trimesh(vertices=np.round(surface.vertices, _PLACES), faces=surface.faces, process=False)
    mesh.units = "mm"
    return _exported(mesh, part)


def _glb(surface: Surface) -> bytes:
    """The picture on the front, plain plastic elsewhere; in metres and y upwards, as glTF 2.0 wants (3.2, 3.4)."""
    vertices, faces, places = _unfolded(surface)
    x, y, z = (vertices / 1000.0).T
    material = trimesh.visual.material.PBRMaterial(
        name="painted plastic",
        baseColorTexture=Image.open(BytesIO(texture_jpeg(surface))),
        metallicFactor=0.0,
        roughnessFactor=_ROUGHNESS,
    )
    visual = trimesh.visual.TextureVisuals(uv=places, material=material)
    mesh = trimesh.Trimesh(vertices=np.column_stack([x, z, -y]), faces=faces, visual=visual, process=False)
    return _exported(mesh, ModelPart.GLB)


def _unfolded(surface: Surface) -> tuple[Any, Any, Any]:
    """Vertices doubled where the printed front meets plain plastic, with their places in the texture."""
    count = surface.vertices.shape[0]
    faces = np.where(surface.printed[:, None], surface.faces, surface.faces + count)
    places = surface.places()
    plain = np.zeros_like(places) + 0.5 / max(surface.texture.shape)
    used, shrunk = np.unique(faces, return_inverse=True)
    vertices = np.concatenate([surface.vertices, surface.vertices])[used]
    return vertices, shrunk.reshape(faces.shape), np.concatenate([places, plain])[used]


def _exported(mesh: trimesh.Trimesh, part: ModelPart) -> bytes:
    data: object = cast("Any", mesh).export(file_type=part.value)
    if not isinstance(data, bytes):
        raise TypeError(part)
    return data
