"""What the routes of generation share: the caller's unit of work, the stores, the catalogue."""

from common.current import Current, CurrentUnit
from generation import use_cases
from generation.ports import PictureStore
from generation.repository import Work


class Catalogue:
    """The styles this service knows, and the engines it has."""

    def __init__(self, styles: use_cases.Catalogue, *, renderers: int, engines: frozenset[str]) -> None:
        self.styles = styles
        self.renderers = renderers
        self.engines = engines


unit = CurrentUnit[Work]()
# A runtime-checkable Protocol is as good as a class here.
pictures = Current(PictureStore)  # type: ignore[type-abstract]
catalogue = Current(Catalogue)
