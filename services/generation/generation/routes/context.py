"""What the routes of generation share: the caller's unit of work, the stores, the catalogue, provenance."""

from dataclasses import dataclass

from common.current import Current, CurrentUnit
from generation import use_cases
from generation.domain import Painters
from generation.ports import (
    Converter,
    Inspector,
    ModelStore,
    PhotoLooker,
    PictureStore,
    SavedPhotoStore,
)
from generation.repository import Work


class Catalogue:
    """The styles this service knows, the engines it has, and those of them that paint in batches."""

    def __init__(
        self, styles: use_cases.Catalogue, *, engines: frozenset[str], batches: frozenset[str] = frozenset()
    ) -> None:
        self.styles = styles
        self.engines = engines
        self.batches = batches


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDesk:
    """Where models are asked for: where their files lie, and how many one person may have in the making."""

    store: ModelStore
    in_the_making: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where saved photos lie, and how many one person may save."""

    store: SavedPhotoStore
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityDesk:
    """How many people there have to be in a group that the quality report shows."""

    least_people: int


unit = CurrentUnit[Work]()
# Runtime-checkable Protocols are as good as classes here.
pictures = Current(PictureStore)  # type: ignore[type-abstract]
converter = Current(Converter)  # type: ignore[type-abstract]
inspector = Current(Inspector)  # type: ignore[type-abstract]
looker = Current(PhotoLooker)  # type: ignore[type-abstract]
catalogue = Current(Catalogue)
painters = Current(Painters)
models = Current(ModelDesk)
saved_photos = Current(Shelf)
quality = Current(QualityDesk)
