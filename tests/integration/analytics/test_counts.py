"""Counting on real Postgres: exact, once, and about nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from analytics import use_cases
from analytics.domain import DayCount, Made, Pseudonyms, SignUps, Span, day_of
from analytics.repository import Work
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineGenerated
from common.database import Database
from common.work import UnitOfWork
from tests.integration.analytics.emptied import TABLES
from tests.integration.analytics.ends import failed, generated

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOON.date()
ONE_DAY = Span(first=TODAY, last=TODAY)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


def test_what_ends_on_a_day_is_counted_by_style_engine_and_outcome(
    unit: UnitOfWork[Work], pseudonyms: Pseudonyms
) -> None:
    with unit.begin() as work:
        for event in (generated(at=NOON, pictures=3), generated(at=NOON), generated(at=NOON, pictures=1, requested=4)):
            use_cases.count_generated(work, event, pseudonyms=pseudonyms)
        for code in ("engine_timeout", "no_picture", "cancelled", "insufficient_credits"):
            use_cases.count_failed(work, failed(at=NOON, code=code), pseudonyms=pseudonyms)
    with unit.begin() as work:
        counted = [
            (each.engine, each.outcome, each.figurines, each.pictures) for each in use_cases.read_days(work, ONE_DAY)
        ]
    assert counted == [
        ("none", "cancelled", 1, 0),
        ("none", "failed", 2, 0),
        ("none", "rejected", 1, 0),
        ("studio", "partly_succeeded", 1, 1),
        ("studio", "succeeded", 2, 4),
    ]


def test_a_figurine_counts_once_and_its_first_end_wins(unit: UnitOfWork[Work], pseudonyms: Pseudonyms) -> None:
    first = generated(at=NOON, pictures=2)
    late = failed(at=NOON + timedelta(days=1), code="engine_timeout").model_copy(
        update={"figurine_id": first.figurine_id}
    )
    for _ in range(2):
        with unit.begin() as work:
            use_cases.count_generated(work, first, pseudonyms=pseudonyms)
            use_cases.count_failed(work, late, pseudonyms=pseudonyms)
    with unit.begin() as work:
        assert use_cases.read_days(work, Span(first=TODAY, last=TODAY + timedelta(days=1))) == [
            DayCount(day=TODAY, style="window-box", engine="studio", outcome="succeeded", figurines=1, pictures=2)
        ]


def test_a_cancellation_that_overtook_its_order_is_counted_without_a_style(
    unit: UnitOfWork[Work], pseudonyms: Pseudonyms
) -> None:
    with unit.begin() as work:
        use_cases.count_failed(work, failed(at=NOON, code="cancelled", style=""), pseudonyms=pseudonyms)
    with unit.begin() as work:
        assert [day.style for day in use_cases.read_days(work, ONE_DAY)] == ["none"]


def test_batches_that_meet_the_same_counters_in_different_orders_lose_nothing_and_never_lock_each_other_out(
    unit: UnitOfWork[Work], pseudonyms: Pseudonyms
) -> None:
    styles = ["acrylic-standee", "window-box"]

    def count(batch: int) -> None:
        order = styles if batch % 2 else styles[::-1]
        with unit.begin() as work:
            for style in order * 10:
                use_cases.count_generated(work, generated(at=NOON, style=style), pseudonyms=pseudonyms)
                event = UserRegistered(user_id=SYSTEM_CLOCK.new_id(), registered_at=NOON)
                use_cases.count_sign_up(work, event, pseudonyms=pseudonyms)

    with ThreadPoolExecutor(6) as consumers:
        list(consumers.map(count, range(12)))
    with unit.begin() as work:
        assert [(day.style, day.figurines) for day in use_cases.read_days(work, ONE_DAY)] == [
            (style, 120) for style in styles
        ]
        assert use_cases.read_sign_ups(work, ONE_DAY) == [SignUps(day=TODAY, accounts=240)]


def test_own_usage_is_found_across_months_and_is_nobody_elses(unit: UnitOfWork[Work], pseudonyms: Pseudonyms) -> None:
    ada, bob = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    before = NOON - timedelta(days=40)
    with unit.begin() as work:
        for event in (
            generated(at=NOON, user_id=ada, pictures=4),
            generated(at=NOON, user_id=ada),
            generated(at=before, user_id=ada, style="acrylic-standee"),
            generated(at=NOON, user_id=bob),
        ):
            use_cases.count_generated(work, event, pseudonyms=pseudonyms)
        use_cases.count_failed(work, failed(at=NOON, code="no_picture", user_id=ada), pseudonyms=pseudonyms)
    with unit.begin() as work:
        assert use_cases.read_own_usage(work, ada, pseudonyms=pseudonyms) == [
            Made(day=day_of(before), style="acrylic-standee", figurines=1, pictures=1),
            Made(day=TODAY, style="window-box", figurines=2, pictures=5),
        ]
        assert use_cases.read_own_usage(work, SYSTEM_CLOCK.new_id(), pseudonyms=pseudonyms) == []


def everything_stored(database: Database) -> str:
    with database.begin() as connection:
        return "\n".join(
            str(row)
            for table in (*(table.encode() for table in TABLES), b"outbox")
            for row in connection.execute(b"SELECT t.*, t::text FROM " + table + b" AS t")
        )


def ids_in(event: FigurineGenerated) -> list[UUID]:
    return [event.figurine_id, event.user_id]


def test_no_id_of_a_person_or_a_figurine_is_stored_in_any_form(
    unit: UnitOfWork[Work], pseudonyms: Pseudonyms, database: Database
) -> None:
    event = generated(at=NOON)
    with unit.begin() as work:
        use_cases.count_generated(work, event, pseudonyms=pseudonyms)
        use_cases.count_sign_up(work, UserRegistered(user_id=event.user_id, registered_at=NOON), pseudonyms=pseudonyms)
    stored = everything_stored(database)
    assert "window-box" in stored
    for id in ids_in(event):
        assert not any(form in stored for form in (str(id), id.hex, repr(id.bytes)))
