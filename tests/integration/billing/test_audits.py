"""The books notice what breaks them: each forgery is made in a transaction that is never committed."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import LiteralString

import psycopg
import pytest
from prometheus_client import REGISTRY

from billing.domain.laws import Law
from billing.jobs import audit_ledger, check_ledger
from billing.repository import Work
from billing.use_cases import auditing, ledger
from common.clock import MovableClock
from common.contracts import EVENTS, Event, decode
from common.contracts.rights import PromiseBroken
from common.database import Connection, Database
from common.work import UnitOfWork
from tests.builders import DAY, Life


class Undone(Exception):
    """What was forged is rolled back."""


@pytest.fixture
def life(unit: UnitOfWork[Work]) -> Life:
    """Somebody with one figurine charged for, and one under way."""
    first = Life(unit_price=2, variants=2)
    second = Life(user_id=first.user_id, unit_price=1, variants=1)
    with unit.begin() as work:
        ledger.open_account_with_trial_credits(work, first.registered(), credits=10)
        ledger.hold_for_figurine(work, first.requested())
        ledger.capture_delivered_pictures(work, first.generated(1))
        ledger.hold_for_figurine(work, second.requested())
    return first


@pytest.fixture(autouse=True)
def _nobody_has_looked_yet(database: Database) -> None:
    """Other tests' clocks have run on."""
    with database.begin() as connection:
        connection.execute("UPDATE audit_marks SET marked_at = '-infinity', walked_to = NULL, audited_at = NULL")


FORGERIES: dict[Law, LiteralString] = {
    Law.SUM: """
        INSERT INTO postings (entry, account, user_id, credits)
        SELECT max(seq), 'expired', %(who)s, 5 FROM entries WHERE user_id = %(who)s
        """,
    Law.STATEMENT: """
        INSERT INTO entries (user_id, kind, reason, at, credits, balance)
        VALUES (%(who)s, 'trial', 'forged', now(), 0, 99)
        """,
    Law.NEWEST: "UPDATE accounts SET available = available + 1 WHERE user_id = %(who)s",
    Law.LOTS: "UPDATE lots SET free = free + 1 WHERE user_id = %(who)s",
    Law.FREEZES: "UPDATE lots SET frozen_at = now() WHERE user_id = %(who)s",
    Law.HOLDS: "UPDATE holds SET credits = credits + 1 WHERE user_id = %(who)s AND state = 'open'",
    Law.POSTINGS: "UPDATE accounts SET held = held + 1 WHERE user_id = %(who)s",
    Law.ZERO: """
        INSERT INTO postings (entry, account, user_id, credits)
        SELECT max(seq), 'expired', %(who)s, 5 FROM entries WHERE user_id = %(who)s
        """,
    Law.CAPTURED: "UPDATE holds SET captured = 0 WHERE user_id = %(who)s AND state = 'settled'",
    Law.PICTURES: "UPDATE holds SET delivered = 0 WHERE user_id = %(who)s AND state = 'settled'",
    Law.STALE: "UPDATE holds SET created_at = created_at - interval '2 days' WHERE user_id = %(who)s",
    Law.ENDED: "UPDATE holds SET delivered = 1 WHERE user_id = %(who)s AND state = 'open'",
}


def test_every_law_has_its_forgery() -> None:
    assert set(FORGERIES) == set(Law)


@pytest.mark.parametrize("law", FORGERIES)
def test_a_forgery_is_found_by_whoever_looks_at_everything(unit: UnitOfWork[Work], life: Life, law: Law) -> None:
    with suppress(Undone), unit.begin() as work:
        connection: Connection = work.audits._connection
        assert set(auditing.find_violations(work, stale_after=DAY)[law]) == set()
        connection.execute(FORGERIES[law], {"who": life.user_id})
        assert auditing.find_violations(work, stale_after=DAY)[law]
        # Nothing of this may commit: not even the look at the constraints.
        raise Undone


@pytest.mark.parametrize("law", [law for law in FORGERIES if law not in {Law.POSTINGS, Law.ZERO}])
def test_the_minutes_look_finds_it_in_what_is_new(unit: UnitOfWork[Work], life: Life, law: Law) -> None:
    with suppress(Undone), unit.begin() as work:
        work.audits.still()
        connection: Connection = work.audits._connection
        connection.execute(FORGERIES[law], {"who": life.user_id})
        assert auditing.check_news(work, stale_after=DAY)[law]
        raise Undone


def shown(law: Law) -> float | None:
    return REGISTRY.get_sample_value("billing_ledger_violations", {"law": law.value})


def test_what_was_changed_behind_the_entries_is_found_by_the_daily_walk_and_told_until_it_is_mended(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock, life: Life
) -> None:
    look = partial(check_ledger, unit, DAY * 999)

    def change(by: int) -> None:
        with database.begin() as connection:
            connection.execute("UPDATE accounts SET available = available + %s WHERE user_id = %s", [by, life.user_id])

    def walk() -> None:
        clock.advance(auditing.AUDIT_EVERY)
        while audit_ledger(unit):
            pass

    walk()
    for _ in range(3):
        look()
        clock.advance(timedelta(minutes=2))
    change(+1)
    try:
        look()
        assert shown(Law.NEWEST) == 0, "no entry tells of it"
        walk()
        for _ in range(3):
            look()
            clock.advance(timedelta(minutes=2))
            assert (shown(Law.NEWEST), shown(Law.POSTINGS)) == (1, 1)
    finally:
        change(-1)
    look()
    assert (shown(Law.NEWEST), shown(Law.POSTINGS)) == (0, 0)


def test_whoever_watches_the_promises_hears_of_a_breach_once_and_of_the_next_one_again(
    unit: UnitOfWork[Work], database: Database
) -> None:
    def tell(**offenders: int) -> list[str]:
        with unit.begin() as work:
            return auditing.tell_breaches(work, {law: ["somebody"] * count for law, count in offenders.items()})

    def heard() -> list[str]:
        with database.begin() as connection:
            bodies = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        events = [decode(body, EVENTS).event for (body,) in bodies]
        return [event.detail for event in events if isinstance(event, PromiseBroken)]

    tell(one=0, other=0)
    before = len(heard())
    assert tell(one=2, other=0) == ["one"]
    assert tell(one=3, other=0) == []
    assert tell(one=1, other=1) == ["other"]
    assert tell(one=0, other=0) == []
    assert tell(one=1, other=0) == ["one"]
    assert tell() == []
    assert heard()[before:] == [
        "one of the books is broken 2 times",
        "other of the books is broken 1 times",
        "one of the books is broken 1 times",
    ]


def test_the_walk_rests_for_a_day_once_it_has_come_round(
    unit: UnitOfWork[Work], clock: MovableClock, life: Life
) -> None:
    clock.advance(auditing.AUDIT_EVERY)
    walked = 0
    while steps := audit_ledger(unit):
        walked += steps
    assert walked >= 1
    assert audit_ledger(unit) == 0


def test_an_entry_is_looked_at_that_got_its_number_before_the_last_look_and_committed_after_it(
    unit: UnitOfWork[Work], database: Database, clock: MovableClock
) -> None:
    """Numbers are given before transactions commit: a look must not pass by who is still under way."""
    late, early = Life(), Life()
    for life in (late, early):
        with unit.begin() as work:
            ledger.open_account_with_trial_credits(work, life.registered(), credits=10)
    with unit.begin() as slow:
        ledger.hold_for_figurine(slow, late.requested())
        with unit.begin() as work:
            ledger.hold_for_figurine(work, early.requested())
        clock.advance(timedelta(minutes=1))
        check_ledger(unit, DAY)
    clock.advance(timedelta(minutes=1))
    with unit.begin() as work:
        after, up_to = work.audits.advance()
        assert {late.user_id, early.user_id} <= set(work.audits.people(after, up_to))


def test_a_hold_nobody_ended_in_time_is_shown_to_operators(
    unit: UnitOfWork[Work], clock: MovableClock, life: Life
) -> None:
    clock.advance(timedelta(minutes=1))
    check_ledger(unit, DAY)
    before = shown(Law.STALE) or 0
    clock.advance(DAY)
    check_ledger(unit, DAY * 2)
    assert (shown(Law.STALE) or 0) == 0
    check_ledger(unit, DAY)
    assert (shown(Law.STALE) or 0) >= before + 1


def test_a_figurine_is_never_settled_twice_whoever_writes(database: Database, life: Life) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), database.begin() as connection:
        connection.execute(
            """
            INSERT INTO entries (user_id, kind, reason, figurine_id, at, credits, balance)
            VALUES (%s, 'release', 'forged', %s, now(), 0, 6)
            """,
            [life.user_id, life.figurine_id],
        )


def test_nobody_is_charged_by_news_of_a_figurine_that_failed_before(
    unit: UnitOfWork[Work], life: Life, published: Callable[[], list[Event]]
) -> None:
    with unit.begin() as work:
        ledger.release_hold(work, life.failed())
    assert published() == []
