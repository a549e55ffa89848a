"""Whether hours are judged is looked at, too: one that was forgotten is noticed, and that none was due is no fault."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from analytics.jobs.hours_seen import look_at_hours
from common.clock import MovableClock
from common.database import Connection
from common.probes import Found, Look


@pytest.fixture
def owner(owner_of: Callable[[str], Connection]) -> Iterator[Connection]:
    owner = owner_of("analytics")
    for table in ("watches", "anomalies"):
        owner.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - one of two
    owner.commit()
    yield owner
    owner.execute("DELETE FROM watches")
    owner.commit()


def judged(owner: Connection, hour: datetime) -> None:
    owner.execute("DELETE FROM watches")
    owner.execute("INSERT INTO watches (rate, part, judged_until) VALUES ('figurines', '', %s)", [hour])
    owner.commit()


def test_an_hour_that_is_not_judged_is_noticed(
    owner: Connection, look_of: Callable[[str], Look], clock: MovableClock
) -> None:
    look, now = look_of("analytics"), clock.now()
    judged(owner, now - timedelta(hours=2, minutes=20))
    assert look_at_hours(look).state is Found.KEPT
    judged(owner, now - timedelta(hours=3, minutes=1))
    assert look_at_hours(look).state is Found.BROKEN


def test_before_the_first_hour_was_judged_nothing_is_wrong_for_a_while(
    owner: Connection, look_of: Callable[[str], Look], clock: MovableClock
) -> None:
    row = owner.execute("SELECT applied_at FROM migrations WHERE name = '0009_reports.sql'").fetchone()
    assert row is not None
    clock.advance(row[0] + timedelta(minutes=5) - clock.now())
    assert look_at_hours(look_of("analytics")).state is Found.KEPT
    clock.advance(timedelta(minutes=20))
    assert look_at_hours(look_of("analytics")).state is Found.BROKEN
