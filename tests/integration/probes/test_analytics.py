"""What analytics looks at: its counts, the names in it, and its oldest day."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from analytics.domain import Pseudonyms, day_of, first_of_month
from analytics.jobs import PROBES
from common.clock import SYSTEM_CLOCK, MovableClock
from common.database import Connection
from common.probes import Finding, Found, Look

PSEUDONYMS = Pseudonyms(bytes(range(32)))


class Usage:
    """The usage there is, and what is seen of it."""

    def __init__(self, owner: Connection, look: Look, today: date) -> None:
        self._owner = owner
        self._look = look
        self.today = today

    def at(self, promise: str) -> Finding:
        (probe,) = (probe for probe in PROBES if probe.promise == promise)
        return probe.check(self._look)

    def do(self, query: str, **values: object) -> None:
        self._owner.execute(query.encode(), values)
        self._owner.commit()

    def made(self, subject: bytes, day: date, *, counted: bool = True) -> None:
        self.do(
            """
            INSERT INTO facts (mark, kind, subject, day, style, engine, outcome, pictures)
            VALUES (%(mark)s, 'figurine', %(subject)s, %(day)s, 'window-box', 'studio', 'succeeded', 2)
            """,
            mark=SYSTEM_CLOCK.new_id().bytes,
            subject=subject,
            day=day,
        )
        if counted:
            self.do(
                """
                INSERT INTO rollups_of_days AS counts
                VALUES (%(day)s, 'figurine', 'window-box', 'studio', 'succeeded', 'none', 'none', 'phone', 'none',
                        'none', 1, 2)
                ON CONFLICT (period, kind, style, engine, outcome, reason, page, device, plan, currency)
                DO UPDATE SET facts = counts.facts + 1, pictures = counts.pictures + 2
                """,
                day=day,
            )


@pytest.fixture
def usage(
    owner_of: Callable[[str], Connection], look_of: Callable[[str], Look], clock: MovableClock
) -> Iterator[Usage]:
    usage = Usage(owner_of("analytics"), look_of("analytics"), day_of(clock.now()))

    def empty() -> None:
        usage.do("ALTER TABLE facts DROP COLUMN IF EXISTS user_id")
        usage.do("DELETE FROM facts")
        usage.do("DELETE FROM rollups_of_days")

    empty()
    yield usage
    empty()


def named(user_id: UUID, day: date) -> bytes:
    return PSEUDONYMS.of_month(first_of_month(day), b"salt").of_person(user_id)


def name(day: date) -> bytes:
    return named(SYSTEM_CLOCK.new_id(), day)


def test_usage_that_is_not_in_the_counts_is_noticed(usage: Usage) -> None:
    assert usage.at("C4").state is Found.KEPT
    for _ in range(3):
        usage.made(name(usage.today), usage.today)
    assert (usage.at("C4").state, usage.at("C4").figures["kept"]) == (Found.KEPT, 3)
    # Who takes back what she did leaves it in the sum of everybody.
    usage.do("DELETE FROM facts WHERE mark = (SELECT mark FROM facts LIMIT 1)")
    assert usage.at("C4").state is Found.KEPT
    usage.do("UPDATE rollups_of_days SET facts = 1")
    assert (usage.at("C4").state, usage.at("C4").figures["short"]) == (Found.BROKEN, 1)
    usage.do("UPDATE rollups_of_days SET facts = 3, pictures = 1")
    assert usage.at("C4").state is Found.BROKEN


def test_usage_under_names_of_a_month_is_about_nobody(usage: Usage) -> None:
    assert usage.at("U9").state is Found.KEPT
    ada = SYSTEM_CLOCK.new_id()
    for day in (usage.today, usage.today - timedelta(days=40)):
        usage.made(named(ada, day), day)
    for _ in range(20):
        usage.made(name(usage.today), usage.today)
    assert (usage.at("U9").state, usage.at("U9").figures["names"]) == (Found.KEPT, 22)


def test_usage_under_ids_of_people_is_noticed(usage: Usage) -> None:
    for _ in range(3):
        assert usage.at("U9").state is Found.KEPT
        usage.made(SYSTEM_CLOCK.new_id().bytes, usage.today)
    assert (usage.at("U9").state, usage.at("U9").figures["like_ids"]) == (Found.BROKEN, 3)


def test_a_name_that_lasts_longer_than_a_month_is_noticed(usage: Usage) -> None:
    ever_the_same = name(usage.today)
    usage.made(ever_the_same, usage.today)
    assert usage.at("U9").state is Found.KEPT
    usage.made(ever_the_same, usage.today - timedelta(days=40))
    assert (usage.at("U9").state, usage.at("U9").figures["through_months"]) == (Found.BROKEN, 1)


def test_a_column_that_could_hold_an_id_is_noticed(usage: Usage) -> None:
    usage.do("ALTER TABLE facts ADD COLUMN user_id uuid")
    found = usage.at("U9")
    assert found.state is Found.BROKEN
    assert "user_id" in found.checked


def test_usage_older_than_two_years_is_noticed_a_day_after_it_should_be_gone(usage: Usage) -> None:
    assert usage.at("K4").state is Found.KEPT
    usage.made(name(usage.today), usage.today - timedelta(days=730))
    assert usage.at("K4").state is Found.KEPT
    usage.made(name(usage.today), usage.today - timedelta(days=734))
    assert (usage.at("K4").state, usage.at("K4").figures["old"]) == (Found.BROKEN, 1)
