"""Thirty days and durations, as the page of the promises puts them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.routes.promises import PromiseDay
from gateway.routes.promises_page import DAYS, ago, chart, lasting

TODAY = date(2026, 11, 26)


def day(back: int, *, kept: int = 0, broken: int = 0, stale: int = 0, not_applicable: int = 0) -> PromiseDay:
    at = TODAY - timedelta(days=back)
    return PromiseDay(day=at, kept=kept, broken=broken, stale=stale, not_applicable=not_applicable)


def test_a_day_is_as_red_as_its_worst_minute() -> None:
    marks = chart([day(3, kept=1430, broken=10), day(1, kept=1439, stale=1), day(0, kept=5)], today=TODAY)
    assert len(marks) == DAYS
    assert [mark.state for mark in marks[-4:]] == ["broken", "none", "stale", "kept"]
    assert marks[-4].words == "23 November: 10 minutes broken, 23 hours kept"
    assert marks[0].words == "28 October: not counted"


def test_a_day_with_nothing_to_keep_a_promise_for_is_not_green() -> None:
    assert chart([day(0, not_applicable=9)], today=TODAY)[-1].state == "not_applicable"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (90, "90 seconds"), (300, "5 minutes"), (7300, "2 hours"), (200000, "2 days")],
)
def test_a_duration_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_what_a_clock_that_runs_ahead_saw_was_seen_just_now() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert ago(now, now + timedelta(seconds=3)) == "0 seconds ago"
