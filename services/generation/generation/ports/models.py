"""What generation needs to make printable models and to keep them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from uuid import UUID

from generation.domain import ModelFailure, ModelPart, ModelReport
from generation.ports.pictures import OpenPicture


class ModelNotMade(Exception):
    """There is no model; `failure` is the code of one of the sentences people read."""

    def __init__(self, failure: ModelFailure, detail: str = "") -> None:
        super().__init__(failure, detail)  # both: it comes out of another process
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeModel:
    """A model's files, read back and found sound, and what was measured on them."""

    files: Mapping[ModelPart, bytes]
    report: ModelReport


class ModelMaker(Protocol):
    """Makes printable models of pictures. Slow, and hungry."""

    def make(self, picture: bytes, *, scene: str, height_mm: int) -> MadeModel:
        """The model of an encoded picture; `scene` is the studio engine's style, if that painted it.

        Raises ModelNotMade, and Unavailable when it cannot be tried now.
        """
        ...

    def close(self) -> None:
        """Stop whatever the maker keeps running."""
        ...


@runtime_checkable
class ModelStore(Protocol):
    """Files of models, sealed for their owner."""

    def put_part(self, place: str, part: ModelPart, data: bytes, *, owner: UUID) -> None:
        """Store one file of a model."""
        ...

    def open_part(
        self, place: str, part: ModelPart, *, owner: UUID, span: tuple[int, int] | None = None
    ) -> OpenPicture:
        """The whole, or the bytes from `span[0]` to `span[1]` inclusive."""
        ...

    def part_length(self, place: str, part: ModelPart) -> int:
        """How many bytes the file has."""
        ...

    def sweep_parts(self, stem: str, *, keep: str = "") -> int:
        """Destroy everything whose place begins with `stem`, except what lies at `keep`."""
        ...
