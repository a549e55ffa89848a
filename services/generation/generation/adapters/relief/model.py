"""From a picture to a model's files: what a worker process is asked to do."""

import cv2
import numpy as np

from generation.adapters.studio.cutout import PhotoUnreadable
from generation.domain import PRINTABLE, ModelFailure, ModelPart, ModelReport
from generation.ports import MadeModel, ModelNotMade

from .checks import check_file, check_solid, min_wall, tipping_angle
from .figure import Figure, find_figure
from .files import encode
from .kernel import box_of
from .preview import preview
from .solid import Solid, build
from .surface import surface_of
from .turntable import turntable

_COARSE = 0.06
"""Millimetres a surface may move for the turntable, which is looked at and not printed."""


def make_model(picture: bytes, scene: str, height_mm: int) -> MadeModel:
    """The model of an encoded picture; raises ModelNotMade."""
    try:
        figure = find_figure(picture, scene)
    except PhotoUnreadable as error:
        raise ModelNotMade(ModelFailure.UNREADABLE) from error
    return model_of(figure, height_mm)


def model_of(figure: Figure, height_mm: int) -> MadeModel:
    """The model of a figure; its files are read back and checked before anybody gets them."""
    try:
        solid = build(figure, height_mm)
    except (cv2.error, ValueError, IndexError, ZeroDivisionError, np.linalg.LinAlgError) as error:
        raise ModelNotMade(ModelFailure.NOT_PRINTABLE, f"{type(error).__name__}: {error}") from error
    check_solid(solid)
    surface = surface_of(solid)
    printable = {part: encode(part, surface) for part in PRINTABLE}
    for part, data in printable.items():
        check_file(part, data, solid)
    looks = {
        ModelPart.PREVIEW: preview(surface),
        ModelPart.TURNTABLE: turntable(surface_of(solid, tolerance=_COARSE), height_mm=height_mm),
    }
    files = {**printable, **looks}
    return MadeModel(files=files, report=_measured(solid, files))


def _measured(solid: Solid, files: dict[ModelPart, bytes]) -> ModelReport:
    wide, deep, tall = (float(high - low) for low, high in zip(*box_of(solid.body), strict=True))
    return ModelReport(
        width_mm=round(wide, 1),
        depth_mm=round(deep, 1),
        height_mm=round(tall, 1),
        volume_cm3=round(solid.body.volume() / 1000, 2),
        min_wall_mm=round(min_wall(solid), 2),
        tipping_degrees=round(tipping_angle(solid.body), 1),
        triangles=solid.body.num_tri(),
        watertight=True,
        bytes={part.value: len(data) for part, data in files.items()},
    )
