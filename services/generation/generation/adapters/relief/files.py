"""The files of a model: GLB to look at, STL and 3MF to print."""

from io import BytesIO

import numpy as np
from PIL import Image
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from generation.domain import ModelPart

from .kernel import Corners, Points, exported, mesh_from
from .surface import Surface, texture_jpeg

_ROUGHNESS = 0.62
"""Of printed and painted plastic."""


def encode(part: ModelPart, surface: Surface) -> bytes:
    """The model in one format."""
    return _glb(surface) if part is ModelPart.GLB else _printable(part, surface)


def _printable(part: ModelPart, surface: Surface) -> bytes:
    """STL, binary, or 3MF; both in millimetres, z upwards."""
    mesh = mesh_from(surface.vertices, surface.faces)
    mesh.units = "mm"
    return exported(mesh, part.value)


def _glb(surface: Surface) -> bytes:
    """The picture on the front, plain plastic elsewhere; in metres and y upwards, as glTF 2.0 wants (3.2, 3.4)."""
    vertices, faces, places = _unfolded(surface)
    x, y, z = (vertices / 1000.0).T
    material = PBRMaterial(
        name="painted plastic",
        baseColorTexture=Image.open(BytesIO(texture_jpeg(surface))),
        metallicFactor=0.0,
        roughnessFactor=_ROUGHNESS,
    )
    visual = TextureVisuals(uv=places, material=material)
    mesh = mesh_from(np.column_stack([x, z, -y]), faces, visual=visual)
    return exported(mesh, "glb")


def _unfolded(surface: Surface) -> tuple[Points, Corners, Points]:
    """Vertices doubled where the printed front meets plain plastic, with their places in the texture."""
    count = surface.vertices.shape[0]
    faces = np.where(surface.printed[:, None], surface.faces, surface.faces + count)
    places = surface.places()
    plain = np.zeros_like(places) + 0.5 / max(surface.texture.shape)
    used, shrunk = np.unique(faces, return_inverse=True)
    vertices = np.concatenate([surface.vertices, surface.vertices])[used]
    return vertices, shrunk.reshape(faces.shape), np.concatenate([places, plain])[used]
