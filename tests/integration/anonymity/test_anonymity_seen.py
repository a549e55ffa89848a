"""What is looked at of promise K4: what should be gone, and whether what is left is what was tested."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from analytics.jobs.anonymity_seen import look_at_the_evidence, look_for_old_usage
from common.clock import MovableClock
from common.database import Database
from common.probes import Found, Look
from tests.fixtures.servers import Servers
from tests.integration.anonymity.aged import MONTH, Aged
from tests.integration.anonymity.test_anonymous_months import a_month


@pytest.fixture
def look(servers: Servers, aged_name: str, clock: MovableClock) -> Iterator[Look]:
    database = Database(servers.postgres_url("analytics_probe", aged_name), application="probe", max_size=1)
    yield Look(database=database, clock=clock)
    database.close()


def test_where_nothing_is_two_years_old_there_is_nothing_to_look_at(aged: Aged, look: Look) -> None:
    aged.happened(date(2026, 10, 1), range(3))
    aged.add_up()
    assert look_at_the_evidence(look).state is Found.NOT_APPLICABLE
    assert look_for_old_usage(look).state is Found.KEPT


def test_a_month_that_is_over_and_waits_is_noticed_two_days_after_it_should_have_been_taken_on(
    aged: Aged, look: Look, clock: MovableClock
) -> None:
    a_month(aged)
    # Due three days before the two years of its first day end, and a day is allowed for.
    clock.advance(timedelta(days=3))
    assert look_at_the_evidence(look).state is Found.NOT_APPLICABLE
    assert look_for_old_usage(look).state is Found.KEPT
    clock.advance(timedelta(days=2))
    assert look_at_the_evidence(look).state is Found.BROKEN
    found = look_for_old_usage(look)
    assert (found.state, found.figures["old"], found.figures["keys"]) == (Found.BROKEN, 30, 1)
    assert found.figures["finer"] > 0  # pyright: ignore[reportOperatorIssue] - it is a number
    aged.run()
    assert look_at_the_evidence(look).state is look_for_old_usage(look).state is Found.KEPT


def test_the_evidence_of_an_anonymous_month_holds(aged: Aged, look: Look) -> None:
    a_month(aged)
    aged.run()
    found = look_at_the_evidence(look)
    assert (found.state, found.figures["smallest"], found.figures["candidates"]) == (Found.KEPT, 25, 25)
    assert "November 2024" in found.checked


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE anonymous_facts SET pictures = pictures + 1 WHERE kind = 'page'",
        "DELETE FROM anonymous_facts WHERE kind = 'page'",
        "INSERT INTO anonymous_facts SELECT month, NULL, 'order', 'none', 'none', 'none', 'none', 'none',"
        " 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM closed_months",
        "ALTER TABLE anonymisations DROP CONSTRAINT anonymisations_check1; UPDATE anonymisations SET smallest = 19;",
    ],
    ids=["a row was changed", "a row is gone", "a row came", "too few people"],
)
def test_what_is_not_what_was_tested_is_noticed(aged: Aged, look: Look, change: str) -> None:
    a_month(aged)
    aged.run()
    try:
        aged.owner.execute(change.encode())
        assert look_at_the_evidence(look).state is Found.BROKEN
    finally:
        if "DROP CONSTRAINT" in change:
            aged.owner.execute("UPDATE anonymisations SET smallest = 25")
            aged.owner.execute(
                "ALTER TABLE anonymisations ADD CONSTRAINT anonymisations_check1 CHECK"
                " (rows = 0 OR coalesce(smallest, 0) >= 20 AND coalesce(candidates, 0) >= 20 AND unique_after = 0)"
            )


@pytest.mark.parametrize(
    "left",
    [
        "INSERT INTO time_spent VALUES (decode(md5('x'), 'hex'), '2024-10-20', 5)",
        "INSERT INTO cohorts VALUES (decode(md5('x'), 'hex'), '2024-10-01', '2026-10-01')",
        "INSERT INTO pseudonym_keys VALUES ('2024-10-01', NULL)",
        "INSERT INTO sketches VALUES ('day', '2024-10-20', 'people', '', '', '')",
        "INSERT INTO rollups_of_clients VALUES ('2024-10-20', 'page', 'iOS', 'Safari', 'unknown', 1)",
    ],
    ids=["time spent", "who began", "a key", "a sketch", "devices"],
)
def test_whatever_else_is_left_of_more_than_two_years_ago_is_noticed(aged: Aged, look: Look, left: str) -> None:
    aged.happened(MONTH, range(1))
    assert look_for_old_usage(look).state is Found.KEPT
    aged.owner.execute(left.encode())
    assert look_for_old_usage(look).state is Found.BROKEN
