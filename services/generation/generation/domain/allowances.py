"""What a person may order and share, by her plan or without one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.errors import Refused
from generation.domain.styles import Style


class PlanNeeded(Refused):
    """You have given out as many public links as you may. Take one back first, or choose a plan that allows more."""

    code = "plan_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be ordered at once, how large, and how many links may be given out; `version` counts its changes."""

    version: int
    variants: int
    resolution: int
    shares: int

    def covers(self, style: Style, options: Mapping[str, str], variants: int) -> bool:
        """Whether an order is within it; `options` as they were chosen."""
        pixels = [option.chosen(options.get(option.id)).pixels for option in style.options]
        return variants <= self.variants and max(pixels, default=0) <= self.resolution
