"""The broker, the database and the object store killed or away, with twenty jobs in flight."""

from collections.abc import Callable

import pytest

from ops.embedded.waiting import until
from tests.chaos.books import end_well
from tests.chaos.conftest import Gate
from tests.chaos.crowd import JOBS, Crowd
from tests.chaos.processes import kill_with_family
from tests.fixtures.customer import Customer, expect
from tests.fixtures.stack import RunningStack

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.usefixtures("painter")]


def _kill_rabbitmq(stack: RunningStack) -> None:
    stack.program("rabbitmq").kill()


def _kill_postgres(stack: RunningStack) -> None:
    """All of it at once: alone, its parent process would be outlived by the others for a moment."""
    before = stack.program("postgres").pid
    kill_with_family(before)
    until(lambda: stack.supervisor.pid("postgres") not in {None, before}, "The return of postgres", seconds=30)


def _kill_seaweedfs(stack: RunningStack) -> None:
    stack.program("seaweedfs").kill()


@pytest.mark.parametrize("kill", [_kill_rabbitmq, _kill_postgres, _kill_seaweedfs])
def test_a_server_killed_under_twenty_jobs_costs_time_and_nothing_else(
    stack: RunningStack, crowd: Crowd, gate: Gate, kill: Callable[[RunningStack], None]
) -> None:
    crowd.order()
    gate.open()
    until(lambda: crowd.in_flight() < JOBS, "The first figurine", seconds=30)
    kill(stack)
    ends = end_well(stack, crowd)
    assert set(ends) <= {"succeeded", "failed"}


def test_orders_are_taken_while_the_broker_is_away_and_made_when_it_is_back(
    stack: RunningStack, crowd: Crowd, gate: Gate
) -> None:
    gate.open()
    with stack.without("rabbitmq"):
        until(lambda: _have_noticed(stack), "The workers' notice", seconds=60)
        crowd.order()
        assert crowd.in_flight() == JOBS
    assert end_well(stack, crowd) == {"succeeded": JOBS}


def _have_noticed(stack: RunningStack) -> bool:
    workers = [address for name, address in stack.application.probes() if name.endswith("-worker")]
    return not any(stack.application.is_ready(address) for address in workers)


@pytest.mark.parametrize("server", ["postgres", "seaweedfs"])
def test_without_a_store_an_order_is_refused_at_once_and_can_be_repeated(
    stack: RunningStack, gate: Gate, server: str
) -> None:
    gate.open()
    person = Customer(stack)
    person.wait_for_credits()
    with stack.without(server):
        refused = person.order(key="the same")
        assert expect(503, refused)["code"] == "temporarily_unavailable"
        assert int(refused.headers["Retry-After"]) > 0
    accepted = expect(202, person.order(key="the same"))
    assert person.wait_until_ended(accepted["id"])["state"] == "succeeded"
    assert len(person.get("figurines")["items"]) == 1
    person.close()
