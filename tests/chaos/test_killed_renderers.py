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

BROKEN_OFF = "SELECT count(*) FROM attempts WHERE outcome = 'engine_unavailable'"


def test_a_picture_whose_process_was_killed_is_painted_by_another(stack: RunningStack, crowd: Crowd) -> None:
    worker = stack.program("generation-worker").pid
    before = inside.number(stack, "generation", BROKEN_OFF)
    # One picture each: this engine really paints.
    crowd.order(variants=(1, 1, 1, 1))
    # By then they no longer start, they paint.
    until(lambda: crowd.in_flight() < JOBS, "The first figurine", seconds=60)
    assert _renderers(worker)
    for renderer in _renderers(worker):
        signal_if_there(renderer, signal.SIGKILL)
    assert end_well(stack, crowd, seconds=150) == {"succeeded": JOBS}
    assert stack.program("generation-worker").pid == worker
    assert inside.number(stack, "generation", BROKEN_OFF) > before


def _renderers(worker: int) -> list[int]:
    return [pid for pid in descendants(worker) if "multiprocessing.spawn" in command(pid)]
