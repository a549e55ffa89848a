"""Versions of the policy come out once, on their day, and stay as they were; what is heard of telling is kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from common.clock import MovableClock
from common.contracts import Event
from common.contracts.gateway import PolicyTold
from common.contracts.privacy import PolicyPublished
from common.contracts.rights import PromiseBroken
from common.database import Database
from common.errors import NotYet
from common.policy import Policies, read_policies
from common.probes import Finding, Found, Look
from common.work import UnitOfWork
from privacy.domain.policies import OUT_WITHIN, TOLD_WITHIN, UNHEARD_AFTER, PublishedPolicy
from privacy.jobs.policies import look_at_policies, publish_policies
from privacy.repository import Work
from privacy.use_cases import publishing

Published = Callable[[], list[Event]]
WRITTEN = read_policies()
FIRST, SECOND = WRITTEN.all[:2]
THIRD = replace(
    SECOND, version="2027-03-01", published=date(2027, 3, 1), in_force_from=date(2027, 3, 1), digest="f" * 64
)
POLICIES = Policies([FIRST, SECOND, THIRD])
STEP = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _nothing_came_out_yet(admin_dsn: str, database: Database) -> Iterator[None]:
    # The service itself may take nothing back.
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("DELETE FROM privacy.policy_versions")
    yield
    with psycopg.connect(admin_dsn) as connection:
        connection.execute("DELETE FROM privacy.policy_versions")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 11, 25, 12, tzinfo=UTC))


def versions(events: list[Event]) -> list[tuple[str, bool]]:
    return [(event.policy_version, event.significant) for event in events if isinstance(event, PolicyPublished)]


def kept(unit: UnitOfWork[Work]) -> dict[str, PublishedPolicy]:
    with unit.begin() as work:
        return {policy.version: policy for policy in work.policies.all()}


def told(version: str, at: datetime, *, waiting: int, completed: bool = False) -> PolicyTold:
    return PolicyTold(
        policy_version=version,
        entitled=5,
        told=5 - waiting,
        undeliverable=0,
        departed=0,
        waiting=waiting,
        completed=completed,
        counted_at=at,
    )


def test_a_version_comes_out_on_its_day_and_once(
    unit: UnitOfWork[Work], clock: MovableClock, published: Published
) -> None:
    for day, out in (
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), [(FIRST.version, False)]),
        (datetime(2026, 11, 26, tzinfo=UTC), [(FIRST.version, False), (SECOND.version, True)]),
        (datetime(2026, 11, 26, 0, 30, tzinfo=UTC), [(FIRST.version, False), (SECOND.version, True)]),
    ):
        clock.advance(day - clock.now())
        publish_policies(unit, POLICIES)
        publish_policies(unit, POLICIES)
        assert versions(published()) == out
    assert kept(unit)[SECOND.version].published_at == datetime(2026, 11, 26, tzinfo=UTC)


def test_several_workers_let_it_come_out_once(
    unit: UnitOfWork[Work], clock: MovableClock, published: Published
) -> None:
    clock.advance(timedelta(days=1))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: publish_policies(unit, POLICIES), range(6)))
    assert versions(published()) == [(FIRST.version, False), (SECOND.version, True)]


def test_an_installation_of_later_lets_all_come_out_in_their_order(
    unit: UnitOfWork[Work], clock: MovableClock, published: Published
) -> None:
    clock.advance(timedelta(days=365))
    publish_policies(unit, POLICIES)
    assert [version for version, _ in versions(published())] == [FIRST.version, SECOND.version, THIRD.version]


def test_a_text_that_was_changed_after_it_came_out_is_a_broken_promise_and_told_once(
    unit: UnitOfWork[Work], clock: MovableClock, published: Published
) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    altered = Policies([replace(FIRST, digest="0" * 64), SECOND, THIRD])
    for _ in range(2):
        publish_policies(unit, altered)
    broken = [event for event in published() if isinstance(event, PromiseBroken)]
    assert [event.promise for event in broken] == ["N1"]
    assert FIRST.version in broken[0].detail
    assert kept(unit)[FIRST.version].altered_at == clock.now()
    assert kept(unit)[SECOND.version].altered_at is None


def test_the_service_cannot_take_back_or_rewrite_what_came_out(unit: UnitOfWork[Work], database: Database) -> None:
    publish_policies(unit, POLICIES)
    for statement in (
        "DELETE FROM policy_versions",
        "UPDATE policy_versions SET digest = ''",
        "UPDATE policy_versions SET published_at = now()",
        "UPDATE policy_versions SET significant = false",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
            connection.execute(statement.encode())


def test_the_latest_count_stays_whichever_comes_last(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    first, second = (clock.now() + timedelta(minutes=minutes) for minutes in (1, 2))
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, second, waiting=0, completed=True))
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, first, waiting=3))
        publishing.note_told(work, told(SECOND.version, second, waiting=0, completed=True))
    version = kept(unit)[SECOND.version]
    assert (version.entitled, version.told, version.waiting) == (5, 5, 0)
    assert (version.counted_at, version.completed_at) == (second, second)


def test_a_count_of_a_version_that_is_not_out_waits_for_it(unit: UnitOfWork[Work], clock: MovableClock) -> None:
    with unit.begin() as work, pytest.raises(NotYet):
        publishing.note_told(work, told(SECOND.version, clock.now(), waiting=0))


def test_news_nobody_seems_to_have_heard_is_told_again(
    unit: UnitOfWork[Work], clock: MovableClock, published: Published
) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    out = clock.now()
    clock.advance(UNHEARD_AFTER)
    publish_policies(unit, POLICIES)
    assert len(versions(published())) == 2
    clock.advance(timedelta(minutes=1))
    for _ in range(2):
        publish_policies(unit, POLICIES)
    # With the day on which it came out: whoever signed up since is still not concerned.
    again = [event for event in published() if isinstance(event, PolicyPublished)][2:]
    assert [(event.policy_version, event.published_at) for event in again] == [(SECOND.version, out)]
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, clock.now(), waiting=1))
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    assert len(versions(published())) == 3


Looked = Callable[..., Finding]


@pytest.fixture
def looked(database: Database, clock: MovableClock) -> Looked:
    """What the probe finds, in a process that runs since long."""

    def looked(policies: Policies = POLICIES, *, since: timedelta = timedelta(days=1)) -> Finding:
        return look_at_policies(Look(database=database, clock=clock), policies, since=clock.now() - since)

    return looked


def test_the_promise_is_kept_while_everybody_has_word_of_what_came_out(
    unit: UnitOfWork[Work], clock: MovableClock, looked: Looked
) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    assert looked().state is Found.KEPT
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, clock.now(), waiting=3))
    assert looked().state is Found.KEPT, "there is time for that"
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, clock.now() + STEP, waiting=0, completed=True))
    clock.advance(TOLD_WITHIN * 2)
    found = looked()
    assert (found.state, found.checked) == (
        Found.KEPT,
        "2 versions are out and say what they said; 5 of 5 people have word of what matters.",
    )


def test_a_process_that_has_just_begun_says_nothing_of_what_is_not_out(looked: Looked) -> None:
    with pytest.raises(NotYet):
        looked(since=timedelta(minutes=1))
    assert looked(since=OUT_WITHIN).checked == f"The policy of {FIRST.version} has not come out."


def test_people_who_were_not_told_break_the_promise(
    unit: UnitOfWork[Work], clock: MovableClock, looked: Looked
) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    clock.advance(timedelta(hours=3))
    assert looked().checked == f"It is not known how many were told of the policy of {SECOND.version}."
    with unit.begin() as work:
        publishing.note_told(work, told(SECOND.version, clock.now(), waiting=2))
    assert looked().state is Found.KEPT
    clock.advance(TOLD_WITHIN)
    assert looked().checked == f"2 people were not told of the policy of {SECOND.version}."
    lost = told(SECOND.version, clock.now(), waiting=0, completed=True).model_copy(update={"told": 4})
    with unit.begin() as work:
        publishing.note_told(work, lost)
    assert looked().checked == f"1 people were not told of the policy of {SECOND.version}."
    assert looked().state is Found.BROKEN


def test_a_text_that_changed_or_went_breaks_the_promise(
    unit: UnitOfWork[Work], clock: MovableClock, looked: Looked
) -> None:
    clock.advance(timedelta(days=1))
    publish_policies(unit, POLICIES)
    altered = Policies([replace(FIRST, digest="0" * 64), SECOND])
    assert looked(altered).checked == f"The policy of {FIRST.version} does not say what it said when it came out."
    assert looked(Policies([SECOND])).checked == f"The policy of {FIRST.version} came out and cannot be read any more."
