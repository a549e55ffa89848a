"""What can be ordered, and what it costs. Pure."""

from dataclasses import dataclass

MAX_VARIANTS = 4
ASPECT_RATIOS = ("1:1", "3:4", "4:3", "4:5", "5:4", "2:3", "3:2", "9:16", "16:9", "21:9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One kind of figurine; price in credits per picture."""

    id: str
    name: str
    description: str
    price: int
    subjects: tuple[str, ...]
    engines: tuple[str, ...]
