"""Live events without a gap or a repetition, and waiting for a figurine."""

from itertools import islice
from uuid import UUID

import pytest

from figurine_client import Busy, Figurine, NotAllowed, Patience, Studio, StudioAway, WaitedTooLong
from tests.fakes.door import FIGURINE, ID, READY, Door, cut, event, news, problem, says
from tests.integration.client.conftest import Pauses

EVENTS, ONE = "GET /v1/events", f"GET /v1/figurines/{ID}"
WANTED = UUID(ID)


def places(door: Door) -> list[str | None]:
    return [each.headers.get("Last-Event-ID") for each in door.asked if each.path == "/v1/events"]


def test_a_stream_that_breaks_resumes_behind_the_last_event(door: Door, studio: Studio) -> None:
    door.on(EVENTS, news(event(1), event(2)), cut, news(": still here", event(3)))
    assert [each.seq for each in islice(studio.events(), 3)] == [1, 2, 3]
    assert places(door) == [None, "2", "2"]


def test_a_stream_begins_where_it_is_wanted(door: Door, studio: Studio) -> None:
    door.on(EVENTS, news(event(8, "credits.changed")))
    (first,) = islice(studio.events(after=7), 1)
    assert (first.seq, first.type, first.figurine_id) == (8, "credits.changed", WANTED)
    assert places(door) == ["7"]


def test_an_event_may_be_of_several_lines_and_what_makes_no_sense_is_none(door: Door, studio: Studio) -> None:
    spoiled = ("id: 1\nevent: a\ndata: no json", "id: x\nevent: a\ndata: {}", 'id: 2\nevent: a\ndata: ["a"]')
    door.on(EVENTS, news("retry: 2000", *spoiled, 'id:3\nevent:b\ndata:{"a":\ndata:1}'))
    (first,) = islice(studio.events(), 1)
    assert (first.seq, first.type, first.data) == (3, "b", {"a": 1})


def test_who_may_not_listen_is_told_at_once(door: Door, studio: Studio, pauses: Pauses) -> None:
    door.on(EVENTS, problem(403, "scope_missing", "The key is not for that."))
    with pytest.raises(NotAllowed):
        next(studio.events())
    assert pauses.seconds == []


def test_a_stream_that_never_comes_back_is_given_up(door: Door, studio: Studio) -> None:
    door.on(EVENTS, news(event(1)), cut)
    heard = studio.events()
    assert next(heard).seq == 1
    with pytest.raises(StudioAway):
        next(heard)
    assert places(door) == [None, "1", "1", "1", "1"]


def test_a_figurine_is_waited_for_by_its_events(door: Door, studio: Studio, pauses: Pauses) -> None:
    steps: list[Figurine] = []
    door.on(EVENTS, news(event(1), event(2), event(3)))
    door.on(ONE, says(FIGURINE), says(FIGURINE), says({**FIGURINE, "state": "rendering"}), says(READY))
    made = studio.figurines.wait(WANTED, on_change=steps.append)
    assert (made.state, made.has_ended) == ("succeeded", True)
    assert [each.state for each in steps] == ["received", "rendering", "succeeded"]
    assert pauses.seconds == []


def test_a_key_without_events_asks_now_and_then(door: Door, studio: Studio, pauses: Pauses) -> None:
    door.on(EVENTS, problem(403, "scope_missing", "The key is not for that."))
    door.on(ONE, says(FIGURINE), says(FIGURINE), says(READY))
    assert studio.figurines.wait(WANTED).state == "succeeded"
    assert len(places(door)) == 1
    assert all(1 <= seconds <= 8 for seconds in pauses.seconds)


def test_a_figurine_is_waited_for_through_an_interruption(door: Door, studio: Studio) -> None:
    door.on(EVENTS, problem(503, "temporarily_unavailable", "Too many streams."), news(event(1)))
    away = problem(503, "temporarily_unavailable", "Away for a moment.")
    door.on(ONE, says(FIGURINE), *[away] * 5, says(READY))
    assert studio.figurines.wait(WANTED).state == "succeeded"


def test_one_that_was_never_seen_is_not_waited_for(door: Door, studio: Studio) -> None:
    door.on(EVENTS, problem(503, "temporarily_unavailable", "Too many streams."))
    door.on(ONE, problem(503, "temporarily_unavailable", "Away for a moment."))
    with pytest.raises(Busy, match="Away"):
        studio.figurines.wait(WANTED)


def test_nobody_waits_longer_than_he_wants_to(door: Door) -> None:
    door.on(EVENTS, door.hang)
    door.on(ONE, says(FIGURINE))
    with Studio(door.url, patience=Patience(attempts=1)) as studio, pytest.raises(WaitedTooLong, match="goes on"):
        studio.figurines.wait(WANTED, timeout=0.2)
