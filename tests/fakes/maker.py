"""A maker of models that cuts plain blocks, and otherwise does what a test tells it to."""

from collections import deque
from collections.abc import Callable
from hashlib import sha256
from threading import Event

from common.errors import Unavailable
from generation.domain import ModelFailure, ModelPart, ModelReport
from generation.ports import MadeModel, ModelNotMade

Making = Callable[[bytes, str, int], MadeModel]


def block(picture: bytes, scene: str, height_mm: int) -> MadeModel:
    """Files that say what they were made of."""
    digest = sha256(picture).digest()
    files = {part: f"{part} {height_mm} {scene} ".encode() + digest for part in ModelPart}
    report = ModelReport(
        width_mm=30.0,
        depth_mm=20.0,
        height_mm=height_mm,
        volume_cm3=12.5,
        min_wall_mm=2.6,
        tipping_degrees=30.0,
        triangles=12,
        watertight=True,
        bytes={part.value: len(data) for part, data in files.items()},
    )
    return MadeModel(files=files, report=report)


def fails(failure: ModelFailure) -> Making:
    """No model, for this reason."""

    def make(_picture: bytes, _scene: str, _height_mm: int) -> MadeModel:
        raise ModelNotMade(failure)

    return make


def away(_picture: bytes, _scene: str, _height_mm: int) -> MadeModel:
    """The workers cannot be reached."""

    raise Unavailable


class Hangs:
    """Makes nothing until told; `begun` is set once it hangs."""

    def __init__(self) -> None:
        self.begun = Event()
        self.go_on = Event()

    def __call__(self, picture: bytes, scene: str, height_mm: int) -> MadeModel:
        """Wait, then make."""
        self.begun.set()
        assert self.go_on.wait(30), "nobody told the maker to go on"
        return block(picture, scene, height_mm)


class FakeMaker:
    """Does what `will` says for the next models, one each; then makes whatever is asked for."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []
        self._makings: deque[Making] = deque()

    def will(self, *makings: Making) -> None:
        """What happens to the next models."""
        self._makings.extend(makings)

    def make(self, picture: bytes, *, scene: str, height_mm: int) -> MadeModel:
        """Make, or do as told."""
        self.made.append((scene, height_mm))
        making = self._makings.popleft() if self._makings else block
        return making(picture, scene, height_mm)

    def close(self) -> None:
        """Nothing runs."""
