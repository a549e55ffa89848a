"""Whatever the order and number of deliveries, the counts in the end are the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.domain import Pseudonyms
from analytics.repository import Work
from analytics.subscribers import subscriptions
from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import Envelope, Event
from common.contracts.gateway import UserRegistered
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from tests.integration.analytics.emptied import empty
from tests.integration.analytics.ends import failed, generated

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
TODAY, TOMORROW = NOON.date(), (NOON + timedelta(days=1)).date()

Deliver = Callable[[Sequence[Envelope], int], None]


@pytest.fixture(scope="module")
def deliver(database: Database, pseudonyms: Pseudonyms) -> Iterator[Deliver]:
    """Hand these to the service in this order, in batches of this size."""
    unit = UnitOfWork(service="analytics", database=database, build=Work, clock=MovableClock(NOON + timedelta(days=2)))
    with closing(Intake(database=database, unit=unit, subscriptions=subscriptions(pseudonyms))) as intake:

        def deliver(envelopes: Sequence[Envelope], size: int) -> None:
            for start in range(0, len(envelopes), size):
                intake.take(envelopes[start : start + size], wake_relay=False)

        yield deliver


def story() -> list[Event]:
    """Two people, five figurines, the last day of a month and the first of the next."""
    ada, bob = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
    tomorrow = NOON + timedelta(days=1)
    return [
        UserRegistered(user_id=ada, registered_at=NOON),
        UserRegistered(user_id=bob, registered_at=NOON),
        generated(at=NOON, user_id=ada, pictures=2),
        generated(at=NOON, user_id=bob, pictures=4),
        generated(at=tomorrow, user_id=ada),
        failed(at=NOON, user_id=ada, code="no_picture"),
        failed(at=tomorrow, user_id=bob, code="cancelled"),
    ]


@settings(max_examples=60)
@given(order=st.permutations([*range(7), *range(7)]), size=st.integers(1, 14))
def test_every_event_twice_in_every_order_gives_the_same_counts(
    deliver: Deliver, database: Database, order: Sequence[int], size: int
) -> None:
    empty(database)
    now = SYSTEM_CLOCK.now()
    envelopes = [
        Envelope(id=SYSTEM_CLOCK.new_id(), source="/services/test", time=now, event=event) for event in story()
    ]
    deliver([envelopes[n] for n in order], size)
    with database.begin() as connection:
        per_day = connection.execute(
            "SELECT period, outcome, facts, pictures FROM rollups_of_days WHERE kind = 'figurine'"
        ).fetchall()
        people = connection.execute(
            "SELECT count(*), count(DISTINCT subject) FROM facts WHERE kind = 'figurine'"
        ).fetchall()
        sign_ups = connection.execute("SELECT period, facts FROM rollups_of_days WHERE kind = 'sign_up'").fetchall()
    assert sorted(per_day) == [
        (TODAY, "failed", 1, 0),
        (TODAY, "succeeded", 2, 6),
        (TOMORROW, "cancelled", 1, 0),
        (TOMORROW, "succeeded", 1, 1),
    ]
    # Two people in two months are four names.
    assert people == [(5, 4)]
    assert sign_ups == [(TODAY, 2)]
