"""Generation's HTTP door; only the gateway comes through it."""

from collections.abc import Mapping

from common.errors import Refused
from generation.routes import figurines, owning, photos, pictures, provenance, styles
from generation.routes.context import Catalogue
from generation.routes.pictures import RangeOutside

ROUTES = [styles.routes, figurines.routes, pictures.routes, provenance.routes, owning.routes, photos.routes]
STATUSES: Mapping[type[Refused], int] = {RangeOutside: 416}

__all__ = ["ROUTES", "STATUSES", "Catalogue"]
