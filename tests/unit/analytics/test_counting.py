"""How ends of figurines are told apart, summed up, and asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.domain import (
    Count,
    Made,
    Outcome,
    Span,
    SpanRefused,
    by_day,
    by_style,
    outcome_of_delivery,
    outcome_of_failure,
    summed,
    waiting_ms,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
MADE = [
    Made(day=MONDAY, style="acrylic-standee", figurines=2, pictures=5),
    Made(day=MONDAY, style="window-box", figurines=1, pictures=1),
    Made(day=TUESDAY, style="acrylic-standee", figurines=1, pictures=4),
]


def test_fewer_pictures_than_asked_for_is_a_part_of_success() -> None:
    assert outcome_of_delivery(requested=4, delivered=4) is Outcome.SUCCEEDED
    assert outcome_of_delivery(requested=4, delivered=3) is Outcome.PARTLY_SUCCEEDED


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("insufficient_credits", Outcome.REJECTED),
        ("cancelled", Outcome.CANCELLED),
        ("engine_timeout", Outcome.FAILED),
        ("a code of the future", Outcome.FAILED),
    ],
)
def test_a_failure_without_credits_or_by_its_owners_wish_is_told_apart(code: str, outcome: Outcome) -> None:
    assert outcome_of_failure(code) is outcome


def test_waiting_is_the_time_that_was_not_painting() -> None:
    generated_at = NOON + timedelta(seconds=10)
    assert waiting_ms(requested_at=NOON, generated_at=generated_at, rendering_ms=4000) == 6000


def test_nobody_waits_for_less_than_no_time_though_two_machines_disagree_about_the_time() -> None:
    assert waiting_ms(requested_at=NOON, generated_at=NOON, rendering_ms=4000) == 0


def test_usage_is_summed_by_style_and_by_day() -> None:
    assert summed(MADE) == Count(figurines=4, pictures=10)
    assert by_style(MADE) == {
        "acrylic-standee": Count(figurines=3, pictures=9),
        "window-box": Count(figurines=1, pictures=1),
    }
    assert by_day(MADE) == {MONDAY: Count(figurines=3, pictures=6), TUESDAY: Count(figurines=1, pictures=4)}


def test_a_span_may_be_one_day_or_a_leap_year() -> None:
    assert Span(first=MONDAY, last=MONDAY).last == MONDAY
    assert Span(first=date(2028, 1, 1), last=date(2028, 12, 31)).first == date(2028, 1, 1)


@pytest.mark.parametrize(("first", "last"), [(TUESDAY, MONDAY), (date(2025, 11, 23), date(2026, 11, 24))])
def test_a_span_that_ends_before_it_begins_or_is_longer_than_a_year_is_refused(first: date, last: date) -> None:
    with pytest.raises(SpanRefused):
        Span(first=first, last=last)
