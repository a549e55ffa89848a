"""The law of rollups: they are what counting everything anew by hand gives, whatever comes when, twice, or late."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.domain import DIMENSIONS, SUMS, Pseudonyms
from analytics.repository import Work
from analytics.subscribers import subscriptions
from common.clock import MovableClock
from common.contracts import EVENTS, Envelope, Event, decode, encode
from common.contracts.gateway import UsageObserved, UserRegistered
from common.database import Database
from common.intake import Intake
from common.work import UnitOfWork
from tests.builders import envelope
from tests.integration.analytics.emptied import empty
from tests.integration.analytics.stories import NOW, Story, recounted, stories

TABLES = {"hour": "rollups_of_hours", "day": "rollups_of_days", "month": "rollups_of_months"}


@pytest.fixture(scope="module")
def intake(database: Database, pseudonyms: Pseudonyms) -> Iterator[Intake[Work]]:
    unit = UnitOfWork(service="analytics", database=database, build=Work, clock=MovableClock(NOW))
    with closing(Intake(database=database, unit=unit, subscriptions=subscriptions(pseudonyms))) as intake:
        yield intake


def over_the_wire(event: Event) -> Envelope:
    told = envelope(event)
    return decode(encode(event, id=told.id, source="test", time=told.time), dict(EVENTS))


def stream(told: Sequence[Story], chance: Random) -> list[Envelope]:
    """Everything, in some order, much of it twice: the same message again, or the same news in another."""
    events = [event for story in told for event in story.told()]
    arriving = [over_the_wire(event) for event in events]
    again = [each for each in arriving if chance.random() < 0.4]
    anew = [
        over_the_wire(event)
        for event in events
        # Of these no second telling can be known but by its message.
        if not isinstance(event, UserRegistered)
        and not (isinstance(event, UsageObserved) and event.kind == "page")
        and chance.random() < 0.4
    ]
    arriving += [*again, *anew]
    chance.shuffle(arriving)
    return arriving


def kept(database: Database, grain: str) -> dict[tuple[object, ...], dict[str, int]]:
    with database.begin() as connection:
        connection.execute("SET LOCAL timezone TO 'UTC'")
        rows = connection.execute(
            f"SELECT period, {', '.join(DIMENSIONS)}, {', '.join(SUMS)} FROM {TABLES[grain]}".encode()  # noqa: S608 - our names
        ).fetchall()
    width = 1 + len(DIMENSIONS)
    return {row[:width]: {name: value for name, value in zip(SUMS, row[width:], strict=True) if value} for row in rows}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(told=stories, seed=st.integers(0, 2**32 - 1), size=st.integers(1, 40))
def test_rollups_are_what_a_recount_gives_whatever_the_stream(
    *, database: Database, intake: Intake[Work], told: list[Story], seed: int, size: int
) -> None:
    empty(database)
    arriving = stream(told, Random(seed))
    for start in range(0, len(arriving), size):
        intake.take(arriving[start : start + size], wake_relay=False)
    for grain in TABLES:
        expected = {
            place: {name: value for name, value in sums.items() if value}
            for place, sums in recounted(told, grain).items()
        }
        assert kept(database, grain) == expected, grain


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(told=stories)
def test_facts_themselves_add_up_to_the_same(*, database: Database, intake: Intake[Work], told: list[Story]) -> None:
    """The same law, by the database's own arithmetic over what it keeps."""
    empty(database)
    intake.take(stream(told, Random(7)), wake_relay=False)
    with database.begin() as connection:
        differ = connection.execute(
            f"""
            WITH anew AS (
                SELECT day AS period, {", ".join(DIMENSIONS)}, count(*), sum(pictures), sum(credits), sum(amount),
                       sum(seconds), sum(stars), count(rendering_ms), coalesce(sum(rendering_ms), 0),
                       coalesce(sum(waiting_ms), 0)
                  FROM facts GROUP BY day, {", ".join(DIMENSIONS)}),
            kept AS (SELECT period, {", ".join(DIMENSIONS)}, {", ".join(SUMS)} FROM rollups_of_days)
            (TABLE anew EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE anew)
            """.encode()  # noqa: S608 - names of ours
        ).fetchall()
    assert differ == []
