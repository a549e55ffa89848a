"""Whose turn it is: nobody waits for more than a fair share, and no limit is ever exceeded."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.clock import SYSTEM_CLOCK, MovableClock
from common.work import UnitOfWork
from generation import use_cases
from generation.domain import GEMINI, STUDIO, FailureCode, Figurine, Limits
from generation.repository import Work
from tests.builders import Life
from tests.fakes.leftovers import clear
from tests.integration.generation.lines import LEASE, Judge, Lines, people

A, B, C = (UUID(int=n) for n in range(1, 4))
MOST_VARIANTS = 4
# Whose job it is and how many pictures it asks for.
ORDERS = st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, MOST_VARIANTS)), max_size=16)


@pytest.fixture
def lines(unit: UnitOfWork[Work], clock: MovableClock) -> Lines:
    return Lines(unit=unit, clock=clock)


def test_somebody_with_one_job_does_not_wait_for_forty_of_another(lines: Lines) -> None:
    lines.wait(lines.of(A, 40))
    lines.claim()
    (only,) = lines.wait(lines.of(B, 1))
    place = lines.place(only)
    assert place is not None
    assert place.place == 1
    claimed = lines.claim()
    assert claimed is not None
    assert claimed.id == only.figurine_id


def test_two_persons_take_turns(lines: Lines) -> None:
    lines.wait([*lines.of(A, 6), *lines.of(B, 6)])
    assert people(lines.serve(), A, B) == "ab" * 6


def test_whoever_orders_four_pictures_at_a_time_gets_no_more_pictures_than_others(lines: Lines) -> None:
    lines.wait([*lines.of(A, 3, variants=4), *lines.of(B, 12, variants=1)])
    assert people(lines.serve(), A, B) == "ab" + "bbba" + "bbbb" + "abbbb"


def test_of_her_own_jobs_a_person_gets_the_oldest_first(lines: Lines) -> None:
    waiting = lines.wait(lines.of(A, 5))
    assert [claim.id for claim in lines.serve()] == [life.figurine_id for life in waiting]


def test_whoever_comes_back_after_each_picture_has_no_advantage_over_the_patient(lines: Lines) -> None:
    lines.wait(lines.of(A, 10))
    served: list[Figurine] = []
    lines.wait(lines.of(B, 1))
    while (claim := lines.claim()) is not None:
        lines.end(claim)
        served.append(claim)
        if claim.user_id == B and len(served) < 16:
            lines.wait(lines.of(B, 1))
    assert people(served[:16], A, B).count("b") == 8


def test_cancelled_jobs_cost_no_turn(lines: Lines) -> None:
    mine = lines.wait(lines.of(A, 20))
    lines.wait(lines.of(B, 20))
    for life in mine[:-1]:
        lines.cancel(life)
    assert "a" in people(lines.serve()[:2], A, B)


def test_whoever_was_held_back_by_her_limit_catches_up_on_one_job_and_no_more(lines: Lines) -> None:
    limited = lines.limited(Limits(person=1))
    limited.wait([*lines.of(A, 9), *lines.of(B, 9)])
    slow = limited.claim()
    assert slow is not None
    assert people([slow, *limited.serve()], A, B) == "a" + "b" * 9
    limited.wait(lines.of(B, 8))
    limited.end(slow)
    assert people(limited.serve(), A, B) in {"ab" * 8, "ba" * 8}


def test_a_job_that_failed_pauses_and_does_not_hold_up_the_others_of_its_person(lines: Lines) -> None:
    first, second = lines.wait(lines.of(A, 2))
    claim = lines.claim()
    assert claim is not None
    with lines.unit.begin() as work:
        use_cases.fail_attempt(work, claim, FailureCode.ENGINE_UNAVAILABLE)
    assert [each.id for each in lines.serve()] == [second.figurine_id]
    place = lines.place(first)
    assert place is not None
    assert place.estimate_seconds >= 6
    lines.clock.advance(timedelta(seconds=2))
    assert [each.id for each in lines.serve()] == [first.figurine_id]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(early=ORDERS, late=ORDERS, served_between=st.integers(0, 8))
def test_while_two_persons_wait_neither_is_ahead_by_more_than_two_jobs(
    lines: Lines, early: list[tuple[UUID, int]], late: list[tuple[UUID, int]], served_between: int
) -> None:
    clear("generation", lines.unit.database)
    judge = Judge(lines, bound=2 * MOST_VARIANTS)
    judge.order(early)
    judge.serve(served_between)
    judge.order(late)
    judge.serve(len(early) + len(late))
    assert sum(judge.got.values()) == sum(variants for _, variants in [*early, *late])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS, served=st.integers(0, 5))
def test_the_places_people_are_told_are_the_order_in_which_they_are_served(
    lines: Lines, orders: list[tuple[UUID, int]], served: int
) -> None:
    clear("generation", lines.unit.database)
    waiting = lines.wait(life for person, variants in orders for life in lines.of(person, 1, variants=variants))
    for _ in range(served):
        if (claim := lines.claim()) is not None:
            lines.end(claim)
    places = {life.figurine_id: place.place for life in waiting if (place := lines.place(life))}
    assert sorted(places.values()) == list(range(1, len(places) + 1))
    assert [claim.id for claim in lines.serve()] == sorted(places, key=lambda each: places[each])


@pytest.mark.parametrize(("person", "expected"), [(1, 3), (2, 6), (3, 8)])
def test_no_more_jobs_of_a_person_are_painted_at_once_than_the_limit_says(
    lines: Lines, person: int, expected: int
) -> None:
    limited = lines.limited(Limits(person=person))
    limited.wait([*lines.of(A, 5), *lines.of(B, 5), *lines.of(C, 2)])
    with ThreadPoolExecutor(8) as renderers:
        claims = [claim for claim in renderers.map(lambda _: limited.claim(), range(40)) if claim is not None]
    by_person = Counter(claim.user_id for claim in claims)
    assert (len(claims), max(by_person.values())) == (expected, person)
    assert len({claim.id for claim in claims}) == expected


def test_a_partner_paints_no_more_at_once_than_its_limit_says_and_the_others_go_on(lines: Lines) -> None:
    limited = lines.limited(Limits(person=2, partners={GEMINI: 3}), GEMINI, STUDIO)
    strangers = [Life(style=style, variants=1) for style in ["plush"] * 6 + ["pin"] * 4]
    for life in strangers:
        limited.consent(life, granted=True)
    limited.wait(strangers)
    with ThreadPoolExecutor(8) as renderers:
        claims = [claim for claim in renderers.map(lambda _: limited.claim(GEMINI, STUDIO), range(30)) if claim]
    assert Counter(claim.engine for claim in claims) == {GEMINI: 3, STUDIO: 4}
    limited.end(next(claim for claim in claims if claim.engine == GEMINI))
    following = limited.claim(GEMINI, STUDIO)
    assert following is not None
    assert following.engine == GEMINI
    assert limited.claim(GEMINI, STUDIO) is None


@pytest.mark.parametrize("ending", ["cancelled", "painted", "silent"])
def test_a_job_that_ends_however_it_ends_makes_room_for_the_next_of_its_person(lines: Lines, ending: str) -> None:
    limited = lines.limited(Limits(person=1))
    first, second = limited.wait(lines.of(A, 2))
    claim = limited.claim()
    assert claim is not None
    assert limited.claim() is None
    if ending == "cancelled":
        limited.cancel(first)
    elif ending == "painted":
        limited.end(claim)
    else:
        lines.clock.advance(LEASE + timedelta(seconds=1))
        with lines.unit.begin() as work:
            use_cases.release_expired_leases(work)
        limited.cancel(first)
    following = limited.claim()
    assert following is not None
    assert following.id == second.figurine_id


def test_a_job_whose_engine_has_left_the_studio_finds_another_or_an_end(lines: Lines) -> None:
    both = lines.limited(Limits(), GEMINI, STUDIO)
    bust, plush = Life(style="bust", variants=1), Life(style="plush", variants=1)
    for life in (bust, plush):
        both.consent(life, granted=True)
    both.wait([bust, plush])
    assert both.place(plush) is not None
    alone = lines.limited(Limits(), STUDIO)
    assert alone.claim() is None
    with lines.unit.begin() as work:
        use_cases.reconsider_stranded(work, alone.painters)
    claim = alone.claim()
    assert claim is not None
    assert (claim.id, claim.engine) == (bust.figurine_id, STUDIO)
    with lines.unit.begin() as work:
        ended = work.jobs.find(plush.figurine_id)
    assert ended is not None
    assert ended.state == "failed"


def test_a_job_that_stands_in_no_line_is_put_into_one(lines: Lines) -> None:
    (life,) = lines.wait(lines.of(A, 1))
    assert lines.place(life) is not None
    with lines.unit.database.begin() as connection:
        connection.execute("DELETE FROM lines")
    assert lines.claim() is None
    with lines.unit.begin() as work:
        use_cases.reconsider_stranded(work, lines.painters)
    assert [claim.id for claim in lines.serve()] == [life.figurine_id]


def test_nothing_is_left_of_the_lines_when_nobody_waits(lines: Lines) -> None:
    lines.wait([*lines.of(A, 3), *lines.of(B, 2)])
    lines.serve()
    with lines.unit.database.begin() as connection:
        assert connection.execute("SELECT count(*) FROM lines").fetchone() == (0,)


def test_what_is_being_looked_at_by_its_owner_is_claimed_a_moment_later(lines: Lines) -> None:
    (life,) = lines.wait(lines.of(A, 1))
    with lines.unit.begin() as work:
        assert work.jobs.find(life.figurine_id) is not None
        assert lines.claim() is None
    assert lines.claim() is not None


def test_the_estimate_follows_the_engine_and_the_style_of_what_was_painted_lately(lines: Lines) -> None:
    both = lines.limited(Limits(person=10, renderers=1, partners={GEMINI: 1}), GEMINI, STUDIO)
    painter = Life(began=lines.clock.now())
    both.consent(painter, granted=True)
    for style, engine, seconds in (("plush", GEMINI, 40), ("bust", GEMINI, 20), ("pin", STUDIO, 3)):
        both.wait(lines.of(painter.user_id, 1, style=style))
        claim = both.claim(engine)
        assert claim is not None
        with lines.unit.begin() as work:
            assert use_cases.deliver(work, claim, [], engine=engine, rendering_ms=seconds * 1000)
    for style, seconds in (("plush", 40), ("bust", 20), ("pin", 3)):
        (life,) = both.wait(lines.of(painter.user_id, 1, style=style))
        place = both.place(life)
        assert place is not None
        assert place.estimate_seconds in {seconds, 2 * seconds}
        both.cancel(life)
    stranger = Life(user_id=SYSTEM_CLOCK.new_id(), style="pin", variants=1)
    both.wait([stranger])
    with lines.unit.begin() as work:
        assert work.attempts.recent_durations(STUDIO, "never painted") == [3000]
        assert work.attempts.recent_durations(GEMINI, "plush") == [40_000]
