"""What one picture is asked to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .frames import SCALES


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One picture to make; the same brief and subject give the same bytes."""

    style: str
    title: str
    variant: int
    aspect_ratio: str
    seed: int
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def scale(self) -> float:
        """How many times the standard size the picture has."""
        return SCALES[self.choice("resolution", *SCALES)]

    def choice(self, option: str, *choices: str) -> str:
        """What was chosen of these, or the first of them."""
        chosen = self.options.get(option, "")
        return chosen if chosen in choices else choices[0]
