"""What the routes of generation share: the caller's unit of work, the stores, the catalogue."""

from dataclasses import dataclass

from common.current import Current, CurrentUnit
from generation import use_cases
from generation.ports import ModelStore, PictureStore
from generation.repository import Work


class Catalogue:
    """The styles this service paints."""

    def __init__(self, styles: use_cases.Catalogue, *, renderers: int) -> None:
        self.styles = styles
        self.renderers = renderers


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDesk:
    """Where models are asked for: where their files lie, and how many one person may have in the making."""

    store: ModelStore
    in_the_making: int


unit = CurrentUnit[Work]()
# A runtime-checkable Protocol is as good as a class here.
pictures = Current(PictureStore)  # type: ignore[type-abstract]
catalogue = Current(Catalogue)
models = Current(ModelDesk)
