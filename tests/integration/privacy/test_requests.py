"""Requests on a real Postgres: one of a kind at a time, begun when their time has come, taken back while that goes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import Event
from common.contracts.privacy import UserDeletionRequested
from common.work import UnitOfWork
from privacy.domain import HOLDERS, Kind, NoSuchRequest, Request, RequestState, TooLateToCancel
from privacy.domain.requests import IllegalRequestStep
from privacy.repository import Work
from privacy.use_cases import requests
from tests.fakes.asking import Ask

POLICY = "2026-11-01"
NOW = timedelta(0)
A_DAY = timedelta(days=1)


def ask_for(
    unit: UnitOfWork[Work], user_id: UUID, kind: Kind = Kind.ERASURE, *, think_again: timedelta = NOW
) -> Request:
    with unit.begin() as work:
        return requests.ask(work, user_id, kind, policy_version=POLICY, think_again=think_again)


def told(published: Callable[[], list[Event]], user_id: UUID) -> list[UserDeletionRequested]:
    return [event for event in published() if isinstance(event, UserDeletionRequested) and event.user_id == user_id]


def test_an_erasure_begins_at_once_and_every_service_has_to_answer(
    ask: Ask, ada: UUID, published: Callable[[], list[Event]]
) -> None:
    status, answer = ask("/v1/requests", ada, method="POST", json={"kind": "erasure", "policy_version": POLICY})
    assert (status, answer["state"]) == (202, "fenced")
    assert answer["services"] == dict.fromkeys(sorted(HOLDERS), "asked")
    assert answer["missing"] == sorted(HOLDERS)
    assert [str(event.request_id) for event in told(published, ada)] == [answer["id"]]
    assert ask(f"/v1/requests/{answer['id']}", ada) == (200, answer)
    assert ask("/v1/requests", ada) == (200, {"items": [answer], "next_cursor": None})


def test_asked_for_many_times_at_once_it_is_one_request(
    unit: UnitOfWork[Work], ada: UUID, published: Callable[[], list[Event]]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask_for(unit, ada), range(8)))
    assert len({request.id for request in answers}) == 1
    assert len(told(published, ada)) == 1


def test_who_has_time_to_think_again_can_take_it_back_until_then(
    unit: UnitOfWork[Work], clock: MovableClock, ada: UUID, published: Callable[[], list[Event]]
) -> None:
    waiting = ask_for(unit, ada, think_again=A_DAY)
    assert (waiting.state, waiting.parts) == (RequestState.WAITING, [])
    with unit.begin() as work:
        requests.begin_due(work)
        assert requests.cancel(work, ada, waiting.id).state is RequestState.CANCELLED
        assert requests.cancel(work, ada, waiting.id).state is RequestState.CANCELLED
    clock.advance(A_DAY)
    with unit.begin() as work:
        requests.begin_due(work)
    assert told(published, ada) == []


def test_what_nobody_took_back_begins_once_the_time_is_over(
    unit: UnitOfWork[Work], clock: MovableClock, ada: UUID, published: Callable[[], list[Event]]
) -> None:
    waiting = ask_for(unit, ada, think_again=A_DAY)
    clock.advance(A_DAY)
    for _ in range(2):
        with unit.begin() as work:
            requests.begin_due(work)
    assert len(told(published, ada)) == 1
    with unit.begin() as work, pytest.raises(TooLateToCancel):
        requests.cancel(work, ada, waiting.id)


def test_somebody_elses_request_is_not_there(unit: UnitOfWork[Work], ask: Ask, ada: UUID) -> None:
    request = ask_for(unit, ada, think_again=A_DAY)
    bob = SYSTEM_CLOCK.new_id()
    assert ask(f"/v1/requests/{request.id}", bob)[0] == 404
    assert ask(f"/v1/requests/{request.id}/cancel", bob, method="POST")[0] == 404
    with unit.begin() as work, pytest.raises(NoSuchRequest):
        requests.cancel(work, bob, request.id)
    assert ask("/v1/requests", bob) == (200, {"items": [], "next_cursor": None})


def test_no_request_jumps_to_an_end_it_cannot_have(unit: UnitOfWork[Work], ada: UUID) -> None:
    request = ask_for(unit, ada)
    with unit.begin() as work, pytest.raises(IllegalRequestStep):
        work.requests.move(request, RequestState.COMPLETED)
