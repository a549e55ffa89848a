"""How a job lives and ends."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK
from gateway.domain import figurines as seen
from generation.domain import (
    MAX_FAILURES,
    RETRYABLE,
    TRANSITIONS,
    FailureCode,
    Figurine,
    State,
    after_failure,
    is_terminal,
    outcome,
    waiting_time,
)

ENDINGS = {State.SUCCEEDED, State.PARTLY_SUCCEEDED, State.FAILED, State.REJECTED, State.CANCELLED}
LEGAL = {
    (State.PRICED, State.QUEUED),
    (State.PRICED, State.REJECTED),
    (State.PRICED, State.FAILED),
    (State.PRICED, State.CANCELLED),
    (State.QUEUED, State.RENDERING),
    (State.QUEUED, State.FAILED),
    (State.QUEUED, State.CANCELLED),
    (State.RENDERING, State.QUEUED),
    (State.RENDERING, State.SUCCEEDED),
    (State.RENDERING, State.PARTLY_SUCCEEDED),
    (State.RENDERING, State.FAILED),
    (State.RENDERING, State.CANCELLED),
}


def a_figurine(state: State) -> Figurine:
    return Figurine(
        id=UUID(int=1),
        user_id=UUID(int=2),
        upload_id=UUID(int=3),
        style="window-box",
        variants=1,
        aspect_ratio="1:1",
        seed=1,
        unit_price=2,
        state=state,
        attempt=0,
        failures=0,
        requested_at=SYSTEM_CLOCK.now(),
    )


def test_every_state_has_its_row_and_exactly_the_endings_are_terminal() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {state for state in State if is_terminal(state)} == ENDINGS


@pytest.mark.parametrize(("state", "following"), list(product(State, State)))
def test_only_the_steps_of_the_table_are_possible(state: State, following: State) -> None:
    assert a_figurine(state).may_become(following) == ((state, following) in LEGAL)


def test_from_every_state_that_is_not_an_ending_a_job_can_be_cancelled() -> None:
    assert all(a_figurine(state).may_become(State.CANCELLED) for state in set(State) - ENDINGS)


@pytest.mark.parametrize(
    ("requested", "delivered", "end"),
    [(1, 1, State.SUCCEEDED), (4, 4, State.SUCCEEDED), (4, 3, State.PARTLY_SUCCEEDED), (2, 1, State.PARTLY_SUCCEEDED)],
)
def test_a_job_with_fewer_pictures_than_ordered_succeeds_in_part(requested: int, delivered: int, end: State) -> None:
    assert outcome(requested, delivered) is end


@pytest.mark.parametrize("code", FailureCode)
@pytest.mark.parametrize("failures", range(MAX_FAILURES))
def test_only_an_engine_that_was_away_is_asked_again_and_only_so_often(code: FailureCode, failures: int) -> None:
    again = code in {FailureCode.ENGINE_UNAVAILABLE, FailureCode.ENGINE_TIMEOUT} and failures + 1 < MAX_FAILURES
    assert after_failure(code, failures) is (State.QUEUED if again else State.FAILED)
    assert (code in RETRYABLE) == (after_failure(code, 0) is State.QUEUED)


@pytest.mark.parametrize(
    ("place", "recent_ms", "renderers", "seconds"),
    [
        (1, [], 1, 5),
        (3, [], 1, 15),
        (3, [], 2, 10),
        (1, [200], 4, 1),
        (4, [1000, 9000, 2000], 2, 4),
        (1, [], 0, 5),
    ],
)
def test_the_waiting_time_follows_the_median_of_recent_jobs(
    place: int, recent_ms: list[int], renderers: int, seconds: int
) -> None:
    assert waiting_time(place, recent_ms, renderers) == seconds


@given(place=st.integers(1, 500), recent=st.lists(st.integers(1, 60_000)), renderers=st.integers(1, 16))
def test_nobody_is_promised_a_picture_sooner_than_those_before(place: int, recent: list[int], renderers: int) -> None:
    assert 1 <= waiting_time(place, recent, renderers) <= waiting_time(place + 1, recent, renderers)


@pytest.mark.parametrize("code", FailureCode)
def test_a_person_reads_what_happened_and_what_to_do_for_every_failure(code: FailureCode) -> None:
    assert code in seen.FAILURES
    assert seen.failure_sentence(code).endswith(".")


def test_the_door_to_people_names_the_same_states_and_one_more_before_the_first() -> None:
    assert {str(state) for state in seen.State} == {str(state) for state in State} | {"received"}
