"""What generation needs of an engine that paints in groups, within a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.ports.engines import Painting, PaintingFailed, PaintOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNews:
    """What became of a batch: nothing yet, or for each picture by its number the picture or the reason for none.

    `failure` is why nothing is left to come for the pictures that are not named.
    """

    done: bool
    pictures: Mapping[int, "Painting | PaintingFailed"] = field(default_factory=dict[int, "Painting | PaintingFailed"])
    failure: PaintingFailed = field(default_factory=lambda: PaintingFailed("no_picture", "not_in_the_batch"))


class BatchEngine(Protocol):
    """Paints figurines in groups, within a day. Numbers are all it knows of them."""

    @property
    def most(self) -> int:
        """How many pictures a group may have."""
        ...

    def hand_over(self, batch_id: UUID, orders: Mapping[int, PaintOrder]) -> str:
        """Give it a group, each order by the number of its first picture; returns what it calls the group.

        Raises PaintingUnknown when it may have been received, PaintingFailed when it was not.
        """
        ...

    def find(self, batch_id: UUID) -> str | None:
        """What it calls the group, if it ever came; raises PaintingFailed when it cannot be asked."""
        ...

    def look(self, name: str, ratios: Mapping[int, str], *, of_one: bool) -> BatchNews:
        """How far a group has come; `ratios` are the shapes that were ordered, `of_one` says that by one order only.

        Raises as `find` does.
        """
        ...

    def stop(self, name: str) -> None:
        """Have it painted no further; raises as `find` does."""
        ...

    def delete(self, name: str) -> None:
        """Have nothing left of it there; raises as `find` does. Twice is once."""
        ...


@runtime_checkable
class OffersBatches(Protocol):
    """An engine that paints in groups, too."""

    @property
    def batches(self) -> BatchEngine:
        """How."""
        ...
