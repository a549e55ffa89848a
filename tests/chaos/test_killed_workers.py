"""Workers killed with SIGKILL, at a bad moment and at the worst, with twenty jobs in flight."""

from collections.abc import Sequence
from functools import partial

import pytest

from ops.embedded.waiting import side_by_side, until
from ops.services import SERVICES
from tests.chaos import engine, mortal
from tests.chaos.books import end_well
from tests.chaos.conftest import Gate
from tests.chaos.crowd import JOBS, Crowd
from tests.chaos.processes import Worker
from tests.fixtures import inside
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

# The others only listen as long as no promise is broken.
PUBLISHING = ("gateway", "generation", "billing")
RENDERING = "SELECT count(*) FROM figurines WHERE state = 'rendering'"
BROKEN_OFF = "SELECT count(*) FROM attempts WHERE outcome = 'lease_expired'"
DYING: dict[str, Sequence[str]] = {
    "between commit and publish": PUBLISHING,
    "between publish and delete": PUBLISHING,
    "between commit and acknowledgement": SERVICES,
}


@pytest.mark.parametrize("moment", mortal.MOMENTS)
def test_workers_that_die_at_the_worst_moment_lose_nothing_and_do_nothing_twice(
    stack: RunningStack, crowd: Crowd, painter: Worker, gate: Gate, moment: str
) -> None:
    dying = DYING[moment]
    supervised = [f"{service}-worker" for service in dying if service != painter.service]
    gate.open()
    painter.stop()
    with stack.without(*supervised):
        crowd.order()
        side_by_side(partial(_die_and_be_followed, stack, painter, gate, service, moment) for service in dying)
    assert end_well(stack, crowd) == {"succeeded": JOBS}


def _die_and_be_followed(stack: RunningStack, painter: Worker, gate: Gate, service: str, moment: str) -> None:
    environment = {mortal.SERVICE: service, mortal.MOMENT: moment, engine.GATE: str(gate.path)}
    worker = Worker(stack, service, "tests.chaos.mortal", **environment)
    worker.start()
    worker.wait_until_killed(seconds=60)
    if service == painter.service:
        painter.start()
    else:
        stack.program(f"{service}-worker").start()


def test_workers_killed_twice_in_the_middle_of_traffic_leave_the_books_in_order(
    stack: RunningStack, crowd: Crowd, painter: Worker, gate: Gate
) -> None:
    crowd.order()
    _kill_all(stack, painter)
    stack.wait_until_ready()
    gate.open()
    until(lambda: crowd.in_flight() < JOBS, "The first figurine", seconds=30)
    _kill_all(stack, painter)
    assert end_well(stack, crowd) == {"succeeded": JOBS}


def _kill_all(stack: RunningStack, painter: Worker) -> None:
    others = [f"{service}-worker" for service in SERVICES if service != painter.service]
    side_by_side([painter.kill, *(stack.program(name).kill for name in others)])


def test_a_renderer_killed_in_the_middle_of_a_figurine_is_followed_by_another(
    stack: RunningStack, crowd: Crowd, painter: Worker, gate: Gate
) -> None:
    before = inside.number(stack, "generation", BROKEN_OFF)
    crowd.order()
    until(lambda: inside.number(stack, "generation", RENDERING) > 0, "The first brush stroke", seconds=30)
    painter.kill()
    gate.open()
    assert end_well(stack, crowd) == {"succeeded": JOBS}
    assert inside.number(stack, "generation", BROKEN_OFF) > before
