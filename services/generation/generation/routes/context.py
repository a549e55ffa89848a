"""What the routes of generation share: the caller's unit of work, the stores, the catalogue."""

from common.current import Current, CurrentUnit
from generation import use_cases
from generation.domain import Painters
from generation.ports import PictureStore
from generation.repository import Work


class Catalogue:
    """The styles this service paints."""

    def __init__(self, styles: use_cases.Catalogue) -> None:
        self.styles = styles


unit = CurrentUnit[Work]()
# A runtime-checkable Protocol is as good as a class here.
pictures = Current(PictureStore)  # type: ignore[type-abstract]
catalogue = Current(Catalogue)
painters = Current(Painters)
