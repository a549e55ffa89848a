"""docs/scaling.md says what the model says, and the model what can be true."""

from itertools import pairwise

import pytest

from bench import capacity
from bench.capacity import FIGURES, SIZES, Plan, ceilings


def test_the_tables_of_the_document_are_those_of_the_model() -> None:
    document = capacity.DOCUMENT.read_text()
    assert capacity.written(document) == document


def test_a_document_without_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="figures"):
        capacity.written("# Scaling")


def test_every_figure_says_where_it_comes_from() -> None:
    for name, figure in FIGURES.items():
        assert figure.kind in {"measured", "assumed"}, name
        assert figure.value > 0, name
        assert figure.unit, name
        assert figure.source, name


@pytest.mark.parametrize("kind", ["painting", "door", "workers", "postgres", "broker"])
def test_ten_times_as_many_take_ten_times_the_cores(kind: str) -> None:
    for smaller, larger in pairwise(SIZES):
        assert Plan(larger).cores(kind) == pytest.approx(10 * Plan(smaller).cores(kind))


def test_a_machine_carries_what_its_cores_can_do_and_no_more() -> None:
    machine = next(each for each in ceilings() if "4 cores" in each.name)
    plan = Plan(round(machine.per_day))
    needed = sum(plan.cores(kind) for kind in ("painting", "door", "workers", "postgres", "broker"))
    assert needed == pytest.approx(4, rel=0.01)


def test_connections_give_out_where_the_pools_of_that_many_programs_are_full() -> None:
    connections = next(each for each in ceilings() if "connections" in each.name)
    plan = Plan(round(connections.per_day))
    # A pod more of each kind than the model's fraction of one, at most.
    assert 400 - 2 <= plan.connections <= 400 + capacity.WEB_POOL + capacity.WORKER_POOL


def test_what_gives_out_first_stands_first() -> None:
    found = [each.per_second for each in ceilings()]
    assert found == sorted(found)
