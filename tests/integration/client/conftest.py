"""A client, and a door on a real socket that breaks as it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from figurine_client import Patience, Studio
from tests.fakes.door import Door, opened
from tests.fakes.terminal import Terminal


@dataclass(slots=True)
class Pauses:
    """What was waited for, in seconds; nobody really waits."""

    seconds: list[float] = field(default_factory=list[float])

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def door() -> Iterator[Door]:
    with opened() as door:
        yield door


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def studio(door: Door, pauses: Pauses) -> Iterator[Studio]:
    with Studio(door.url, api_key="fig_x", timeout=5, patience=Patience(attempts=4, pause=pauses)) as studio:
        yield studio


@pytest.fixture
def terminal(door: Door, tmp_path: Path) -> Terminal:
    return Terminal(door, tmp_path)
