"""Shares with their bounds, and what can be ticked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import ratings as public
from generation.domain.quality import EngineQuality, Reason, StyleQuality, distinct, share_of


@given(st.integers(0, 10_000).flatmap(lambda cases: st.tuples(st.integers(0, cases), st.just(cases))))
def test_a_share_lies_between_its_bounds_and_the_bounds_between_nothing_and_everything(case: tuple[int, int]) -> None:
    share = share_of(*case)
    assert 0 <= share.low <= share.value <= share.high <= 1


# Newcombe 1998, table I: the score method without continuity correction.
@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_bounds_are_those_of_the_published_table(hits: int, cases: int, low: float, high: float) -> None:
    share = share_of(hits, cases)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(1, 500))
def test_more_cases_of_the_same_kind_say_more(cases: int) -> None:
    few, many = share_of(cases, 2 * cases), share_of(10 * cases, 20 * cases)
    assert many.high - many.low < few.high - few.low


def test_of_nothing_anything_may_be_true() -> None:
    share = share_of(0, 0)
    assert (share.low, share.high) == (0, 1)


def test_a_group_knows_its_mean_and_who_is_content() -> None:
    group = StyleQuality(style="chibi", engine="gemini", people=5, stars={1: 1, 2: 0, 3: 1, 4: 2, 5: 4})
    assert (group.ratings, group.mean_stars, group.content.value) == (8, 4.0, 0.75)


def test_an_engine_without_a_failure_may_still_have_some_ahead() -> None:
    delivery = EngineQuality(engine="studio", people=5, delivered=30).delivery
    assert (delivery.value, delivery.high) == (1, 1)
    assert 0.85 < delivery.low < 0.9


def test_a_reason_counts_once_however_often_it_is_sent() -> None:
    assert distinct([Reason.OTHER, Reason.CUT_OFF, Reason.OTHER]) == (Reason.CUT_OFF, Reason.OTHER)


def test_the_door_and_the_workshop_have_the_same_list() -> None:
    assert [str(reason) for reason in public.Reason] == [str(reason) for reason in Reason]
    assert set(public.REASON_WORDS) == set(public.Reason)
