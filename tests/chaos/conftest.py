"""A running studio with twenty jobs in flight, to be harmed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import engine
from tests.chaos.crowd import Crowd
from tests.chaos.processes import Worker
from tests.fixtures.stack import RunningStack

SUPERVISED = "generation-worker"


class Gate:
    """Lets the engine paint, or holds it in the middle of what it paints."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> None:
        self.path.touch()

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def _gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return Gate(tmp_path_factory.mktemp("gate") / "open")


@pytest.fixture
def gate(_gate: Gate) -> Iterator[Gate]:
    """The gate of the painter, closed; open again at the end."""
    _gate.close()
    yield _gate
    _gate.open()


@pytest.fixture(scope="module")
def _painter(stack: RunningStack, _gate: Gate) -> Iterator[Worker]:
    with stack.without(SUPERVISED):
        painter = Worker(stack, "generation", "tests.chaos.engine", **{engine.GATE: str(_gate.path)})
        painter.start()
        painter.wait_until_ready()
        yield painter
        _gate.open()
        painter.stop()


@pytest.fixture
def painter(_painter: Worker, gate: Gate) -> Worker:
    """Generation's worker, started by hand, held in the middle of its work until the gate is opened."""
    return _painter


@pytest.fixture
def crowd(stack: RunningStack) -> Iterator[Crowd]:
    """Five people with credits."""
    crowd = Crowd(stack)
    yield crowd
    crowd.close()
