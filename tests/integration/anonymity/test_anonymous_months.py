"""A month that is over becomes rows of many people, and is measured before anything of it is kept."""

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from analytics import use_cases
from analytics.domain.anonymisation import SomebodyWouldBeFound
from analytics.domain.anonymity import LONG_AGO
from common.clock import MovableClock
from tests.integration.anonymity.aged import MONTH, Aged

TOLD = """
    SELECT extract(day FROM day)::integer, kind, style, engine, outcome, facts, pictures FROM anonymous_facts
     ORDER BY kind, day NULLS LAST, style
"""
FIGURES = "SELECT counted, kept, suppressed, rows, smallest, candidates, unique_after FROM anonymisations"


def day(number: int) -> date:
    return MONTH.replace(day=number)


def a_month(aged: Aged) -> None:
    """Many people on one day, some each day in another style, visitors, and one whose style nobody else had."""
    aged.happened(day(1), range(30))
    for number in range(2, 29):
        aged.happened(day(number), range(number, number + 3), style="acrylic-standee")
    aged.happened(day(3), range(40, 65), engine="gemini", style="retro-box")
    aged.happened(day(5), [99], style="bronze-bust", pictures=4)
    aged.happened(day(9), range(25), kind="page", style="none", engine="none", outcome="none", page="/studio")
    aged.add_up()


def test_a_month_becomes_rows_of_at_least_twenty_people_and_all_of_it_is_in_them(aged: Aged) -> None:
    a_month(aged)
    aged.run()
    assert aged.rows(TOLD) == [
        (1, "figurine", "window-box", "studio", "succeeded", 30, 30),
        (None, "figurine", "acrylic-standee", "studio", "succeeded", 81, 81),
        # The one with a style of her own would be what is missing from the month: the smallest row went with her.
        (None, "figurine", "other", "other", "succeeded", 26, 29),
        (9, "page", "none", "none", "none", 25, 25),
    ]
    assert aged.rows(FIGURES) == [(162, 162, 0, 4, 25, 25, 0)]
    assert aged.value("SELECT unique_before FROM anonymisations") > 80


def test_of_an_anonymous_month_no_name_no_device_no_hour_and_no_key_is_left(aged: Aged) -> None:
    a_month(aged)
    aged.run()
    left = aged.rows(
        """
        SELECT (SELECT count(*) FROM facts), (SELECT count(*) FROM rollups_of_hours),
               (SELECT count(*) FROM rollups_of_days), (SELECT count(*) FROM rollups_of_clients),
               (SELECT count(*) FROM sketches), (SELECT count(*) FROM time_spent), (SELECT count(*) FROM pseudonym_keys)
        """
    )
    assert left == [(0,) * 7]
    assert aged.value("SELECT to_regclass('facts_2024_11')") is None
    assert aged.rows("SELECT DISTINCT device, plan, reason FROM rollups_of_months") == [("unknown", "unknown", "other")]
    assert aged.rows("SELECT sum(facts), sum(pictures), sum(rendering_ms) FROM rollups_of_months") == aged.rows(
        "SELECT sum(facts), sum(pictures), sum(rendering_ms) FROM anonymous_facts"
    )


def test_a_month_is_kept_until_three_days_before_its_first_day_is_two_years_old(
    aged: Aged, clock: MovableClock
) -> None:
    a_month(aged)
    clock.advance(timedelta(days=-1))
    aged.run()
    assert aged.value("SELECT count(*) FROM facts") == 162
    clock.advance(timedelta(days=1))
    aged.run()
    assert aged.value("SELECT count(*) FROM facts") == 0


def test_a_rare_person_is_found_when_nothing_is_suppressed_and_then_nothing_is_kept(aged: Aged) -> None:
    a_month(aged)
    with aged.unit.begin() as work:
        use_cases.close_next_month(work)
    with pytest.raises(SomebodyWouldBeFound, match="unique_rows=1"), aged.unit.begin() as work:
        use_cases.make_anonymous(work, MONTH, least=1)
    assert aged.rows(TOLD) == aged.rows(FIGURES) == []
    assert aged.value("SELECT count(*) FROM facts") == aged.value("SELECT sum(facts) FROM rollups_of_days") == 162
    aged.run()
    assert aged.value("SELECT smallest FROM anonymisations") == 25


def test_one_person_with_fifty_figurines_is_no_crowd(aged: Aged) -> None:
    for number in range(1, 26):
        aged.happened(day(number), [1, 1])
    aged.add_up()
    aged.run()
    assert aged.rows(FIGURES) == [(50, 0, 50, 0, None, None, 0)]


def test_a_visitor_who_comes_every_day_is_no_crowd_though_each_day_names_her_anew(aged: Aged) -> None:
    for number in range(1, 29):
        aged.happened(day(number), [1, 2], kind="page", style="none", engine="none", outcome="none", page="/studio")
    aged.add_up()
    aged.run()
    assert aged.rows(FIGURES) == [(56, 0, 56, 0, None, None, 0)]


def test_accounts_that_were_opened_are_of_as_many_people(aged: Aged) -> None:
    aged.happened(day(2), range(21), kind="sign_up", style="none", engine="none", outcome="none")
    aged.owner.execute("UPDATE facts SET subject = NULL")
    aged.add_up()
    aged.run()
    assert aged.rows(TOLD) == [(2, "sign_up", "none", "none", "none", 21, 21)]


def test_what_people_took_back_stays_in_the_sums_and_makes_no_crowd(aged: Aged) -> None:
    aged.happened(day(1), range(22))
    aged.happened(day(2), range(30, 60), style="acrylic-standee")
    aged.add_up()
    aged.owner.execute(
        "DELETE FROM facts WHERE style = 'acrylic-standee' AND subject <> decode(md5('2024-11-01 30'), 'hex')"
    )
    aged.run()
    assert aged.rows(TOLD) == [(None, "figurine", "other", "other", "succeeded", 52, 52)]
    assert aged.rows(FIGURES) == [(52, 52, 0, 1, 23, 23, 0)]


def test_a_month_that_was_taken_on_too_late_is_whole_in_its_sums_and_of_those_who_are_left(
    aged: Aged, clock: MovableClock
) -> None:
    aged.happened(day(1), range(25))
    aged.happened(day(20), range(24))
    aged.add_up()
    clock.advance(timedelta(days=13))
    # What the sweep deletes when nobody else did in time.
    aged.owner.execute("DELETE FROM facts WHERE day < '2024-11-10'")
    aged.owner.execute("DELETE FROM rollups_of_days WHERE period < '2024-11-10'")
    aged.run()
    assert aged.rows(TOLD) == [(None, "figurine", "window-box", "studio", "succeeded", 49, 49)]
    assert aged.rows(FIGURES) == [(49, 49, 0, 1, 24, 24, 0)]


def test_what_the_net_caught_of_a_month_goes_with_it(aged: Aged) -> None:
    aged.owner.execute("ALTER TABLE facts DETACH PARTITION facts_2024_11")
    aged.owner.execute("DROP TABLE facts_2024_11")
    a_month(aged)
    assert aged.value("SELECT count(*) FROM facts_rest") == 162
    aged.run()
    assert aged.value("SELECT count(*) FROM facts") == 0
    assert aged.rows("SELECT counted, kept FROM anonymisations") == [(162, 162)]


def test_in_which_old_month_somebody_began_is_forgotten_with_it(aged: Aged) -> None:
    a_month(aged)
    aged.owner.execute("SELECT make_month('2026-10-01')")
    aged.happened(date(2026, 10, 2), [1], cohort=MONTH)
    aged.happened(date(2026, 10, 2), [2], cohort=date(2024, 12, 1))
    for member, began, last in (
        (b"a", MONTH, "2026-10-02"),
        (b"b", "2024-12-01", "2026-10-02"),
        (b"c", MONTH, "2024-11-09"),
    ):
        aged.owner.execute("INSERT INTO cohorts VALUES (%s, %s, %s)", [member * 16, began, last])
    aged.run()
    assert aged.rows("SELECT cohort FROM facts ORDER BY 1") == [(LONG_AGO,), (date(2024, 12, 1),)]
    assert aged.rows("SELECT member, month FROM cohorts ORDER BY 1") == [
        (b"a" * 16, LONG_AGO),
        (b"b" * 16, date(2024, 12, 1)),
    ]


def test_months_are_taken_on_in_order_and_an_empty_one_is_on_record_too(aged: Aged, clock: MovableClock) -> None:
    aged.happened(day(1), range(30))
    aged.happened(date(2025, 1, 4), range(20), style="acrylic-standee")
    aged.add_up()
    clock.advance(timedelta(days=70))
    aged.run()
    assert aged.rows("SELECT month, rows FROM anonymisations ORDER BY month") == [
        (MONTH, 1),
        (date(2024, 12, 1), 0),
        (date(2025, 1, 1), 1),
    ]


def test_the_database_drops_no_month_of_which_there_is_no_evidence(aged: Aged) -> None:
    a_month(aged)
    with pytest.raises(psycopg.errors.RaiseException, match="not anonymous yet"), aged.unit.begin() as work:
        use_cases.drop_month(work, MONTH)
    assert aged.value("SELECT count(*) FROM facts") == 162


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE anonymous_facts SET facts = 1",
        "DELETE FROM anonymous_facts",
        "UPDATE anonymisations SET smallest = 99",
        "DELETE FROM anonymisations",
    ],
)
def test_evidence_and_what_it_is_about_cannot_be_changed(
    aged: Aged, in_its_own_role: Callable[[str], None], change: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        in_its_own_role(change)


def test_evidence_of_too_few_people_cannot_be_written(aged: Aged) -> None:
    a_month(aged)
    aged.run()
    with pytest.raises(psycopg.errors.CheckViolation):
        aged.owner.execute("UPDATE anonymisations SET smallest = 19")
    with pytest.raises(psycopg.errors.CheckViolation):
        aged.owner.execute("UPDATE anonymisations SET suppressed_people = 3")
