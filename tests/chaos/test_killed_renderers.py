"""The studio engine's own processes killed in the middle of a picture; the worker around them lives on."""

import signal

import pytest

from ops.embedded.waiting import until
from tests.chaos.books import end_well
from tests.chaos.crowd import JOBS, Crowd
from tests.chaos.processes import command, descendants, signal_if_there
from tests.fixtures import inside
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

RENDERING = "SELECT count(*) FROM figurines WHERE state = 'rendering'"


def test_a_picture_whose_process_was_killed_is_painted_by_another(stack: RunningStack, crowd: Crowd) -> None:
    worker = stack.program("generation-worker").pid
    # One picture each: this engine really paints.
    crowd.order(variants=(1, 1, 1, 1))
    until(lambda: bool(_renderers(worker)), "The first renderer", seconds=30)
    until(lambda: inside.number(stack, "generation", RENDERING) > 0, "The first brush stroke", seconds=30)
    for renderer in _renderers(worker):
        signal_if_there(renderer, signal.SIGKILL)
    assert end_well(stack, crowd, seconds=90) == {"succeeded": JOBS}
    assert stack.program("generation-worker").pid == worker


def _renderers(worker: int) -> list[int]:
    return [pid for pid in descendants(worker) if "multiprocessing.spawn" in command(pid)]
