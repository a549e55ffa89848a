"""Generation's HTTP door; only the gateway comes through it."""

from collections.abc import Mapping

from common.errors import Refused
from common.ranges import RangeOutside
from generation.domain import ModelFailed, TooManyModels
from generation.domain.allowances import PlanNeeded
from generation.routes import (
    desk,
    figurines,
    models,
    owning,
    photo_check,
    photos,
    pictures,
    provenance,
    quality,
    styles,
)
from generation.routes.context import Catalogue, ModelDesk, QualityDesk, Shelf

ROUTES = [
    styles.routes,
    desk.routes,
    figurines.routes,
    pictures.routes,
    provenance.routes,
    models.routes,
    owning.routes,
    photos.routes,
    photo_check.routes,
    quality.routes,
]
STATUSES: Mapping[type[Refused], int] = {RangeOutside: 416, ModelFailed: 422, TooManyModels: 429, PlanNeeded: 402}

__all__ = ["ROUTES", "STATUSES", "Catalogue", "ModelDesk", "QualityDesk", "Shelf"]
