"""Everybody is told of a significant policy once: whoever dies, leaves, has no mailbox, or comes late meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from common.clock import MovableClock
from common.contracts import EVENTS, Event, decode
from common.contracts.gateway import PolicyTold
from common.contracts.generation import PartnerDisclosed
from common.contracts.privacy import PolicyPublished
from common.database import Database
from common.erasure.records import Erasures
from common.policy import read_policies
from common.probes import Found, Look
from common.work import UnitOfWork
from gateway.domain.policies import LATE_SIGN_UPS, Pace
from gateway.jobs.telling import Crier, look_for_people_left_out
from gateway.repository import Work
from gateway.use_cases import policies
from tests.fakes.leftovers import clear
from tests.fakes.people import add_account, gateway_rooms
from tests.integration.gateway.post_office import PostOffice

# Long before anybody of another test signed up: nobody but the people of a test is told here.
PUBLISHED = datetime(1971, 1, 1, tzinfo=UTC)
FIRST, SECOND = (policy.version for policy in read_policies().all[:2])
# Two letters at a time, and fifty.
SLOW, FAST = Pace(per_minute=24), Pace(per_minute=600)


class Dies(BaseException):
    """The process died here."""


@dataclass(kw_only=True)
class MortalMails:
    """The gateway's mails, of which so many can be asked for before the process dies."""

    mails: Any
    left: int

    def add(self, *args: Any, **options: Any) -> None:
        if not self.left:
            raise Dies
        self.left -= 1
        self.mails.add(*args, **options)


@dataclass(kw_only=True)
class Town:
    """Some people with accounts, the job that tells them, and their mailboxes."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    post: PostOffice
    people: list[UUID] = field(default_factory=list[UUID])
    pace: Pace = SLOW

    @property
    def crier(self) -> Crier:
        return Crier(unit=self.unit, policies=read_policies(), pace=self.pace)

    def settle(self, many: int, *, at: datetime | None = None) -> list[UUID]:
        """So many people sign up, one a minute."""
        at = at or PUBLISHED - timedelta(days=1)
        new = [self.clock.new_id() for _ in range(many)]
        for number, person in enumerate(new):
            then = MovableClock(at + number * timedelta(minutes=1))
            add_account(replace(self.unit, clock=then), person)
        self.people += new
        return new

    def publish(self, version: str = SECOND, *, significant: bool = True, at: datetime = PUBLISHED) -> None:
        event = PolicyPublished(policy_version=version, significant=significant, published_at=at)
        with self.unit.begin() as work:
            policies.note_published(work, event)

    def tell(self, *, deliver: bool = True) -> None:
        """Let the job run until it has come to everybody, and what it writes be sent."""
        for _ in range(2):
            while self.crier.tell_next():
                self.clock.advance(self.pace.pause)
                if deliver:
                    self.post.deliver()
            self.clock.advance(LATE_SIGN_UPS)

    def tell_and_die(self, written: int) -> None:
        """A worker writes so many letters, and dies before any of it is committed."""
        with self.unit.begin() as work:
            mortal = replace(work, mails=MortalMails(mails=work.mails, left=written))
            policies.tell_next(mortal, read_policies(), SLOW)
            raise Dies

    def leave(self, person: UUID) -> None:
        """She asks to be forgotten: the fence is up, and her account still there."""
        with self.unit.database.begin() as connection:
            Erasures(connection, self.clock, "gateway").begin(self.clock.new_id(), person)

    def be_gone(self, person: UUID) -> None:
        with self.unit.database.begin() as connection:
            connection.execute("DELETE FROM accounts WHERE id = %s", [person])

    def waiting(self) -> int:
        """Letters that are written and not sent."""
        with self.unit.database.begin() as connection:
            (row,) = connection.execute("SELECT count(*) FROM mails WHERE state = 'waiting'").fetchall()
        return int(row[0])

    def letters(self) -> list[int]:
        """How many letters about the policy each of the people has."""
        boxes = [self.post.boxes[f"{person}@example.org"] for person in self.people]
        return [sum(letter.subject == "Our policy has changed" for letter in box) for box in boxes]

    def count(self) -> dict[str, int | bool]:
        """Count anew; the last that was told the house of this."""
        self.crier.count()
        told = [event for event in self.published() if isinstance(event, PolicyTold)]
        return told[-1].model_dump(include={"entitled", "told", "undeliverable", "departed", "waiting", "completed"})

    def published(self) -> Sequence[Event]:
        with self.unit.database.begin() as connection:
            rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [decode(body, EVENTS).event for (body,) in rows]


def counted(entitled: int, told: int, *, completed: bool = True, **others: int) -> dict[str, int | bool]:
    return {
        "entitled": entitled,
        "told": told,
        "undeliverable": 0,
        "departed": 0,
        "waiting": 0,
        "completed": completed,
        **others,
    }


@pytest.fixture(scope="module")
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("gateway"), application="test", max_size=8)
    yield database
    database.close()


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    clock = MovableClock(PUBLISHED)
    unit = UnitOfWork(service="gateway", database=database, build=gateway_rooms, clock=clock)
    clear("gateway", database)
    yield Town(unit=unit, clock=clock, post=PostOffice(unit))
    clear("gateway", database)
    with database.begin() as connection:
        connection.execute("DELETE FROM accounts WHERE created_at < '1972-01-01'")
        connection.execute("DELETE FROM erasures WHERE fenced_at < '1972-01-01'")


def test_everybody_is_told_once_and_who_signs_up_later_is_not(town: Town) -> None:
    town.settle(7)
    town.publish()
    town.settle(2, at=PUBLISHED)
    town.tell()
    town.tell()
    assert town.letters() == [1] * 7 + [0, 0]
    assert town.count() == counted(7, 7)
    letter = town.post.letters[0]
    assert letter.link == f"https://localhost/policy/{SECOND}"
    assert "26 November 2026" in letter.text
    assert "10 December 2026" in letter.html


def test_who_has_nobody_to_tell_is_done_and_says_so(town: Town) -> None:
    town.publish()
    assert town.count() == counted(0, 0, completed=False)
    town.tell()
    assert town.count() == counted(0, 0)
    assert len([event for event in town.published() if isinstance(event, PolicyTold)]) == 2


@pytest.mark.parametrize("written", range(3))
def test_who_dies_in_the_middle_has_told_nobody_twice_and_forgotten_nobody(town: Town, written: int) -> None:
    town.settle(5)
    town.publish()
    for _ in range(3):
        with suppress(Dies):
            town.tell_and_die(written)
        # Whoever is started again goes on, and dies at the next.
        town.crier.tell_next()
        town.post.deliver()
        town.clock.advance(SLOW.pause)
    town.tell()
    assert town.letters() == [1] * 5
    assert town.count() == counted(5, 5)


def test_two_workers_at_once_tell_everybody_once(town: Town) -> None:
    town.settle(12)
    town.publish()
    for _ in range(8):
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(lambda crier: crier.tell_next(), [town.crier] * 4)) <= 2
        town.post.deliver()
        town.clock.advance(SLOW.pause)
    town.tell()
    assert town.letters() == [1] * 12
    assert town.count() == counted(12, 12)


def test_who_leaves_is_not_written_to_whenever_she_does(town: Town) -> None:
    town.pace = FAST
    before, written, gone, *stay = town.settle(6)
    town.publish()
    town.leave(before)
    town.tell(deliver=False)
    town.leave(written)
    town.be_gone(gone)
    town.post.deliver()
    assert town.letters() == [0, 0, 0, 1, 1, 1]
    assert town.count() == counted(5, 3, departed=2)
    town.be_gone(stay[0])
    assert town.count() == counted(5, 3, departed=2), "what is over is not counted again"


def test_a_mailbox_that_is_gone_is_counted_and_a_server_that_is_away_is_waited_for(town: Town) -> None:
    town.pace = FAST
    people = town.settle(4)
    town.publish()
    town.tell(deliver=False)
    town.post.away = True
    town.post.deliver()
    assert town.count() == counted(4, 0, waiting=4, completed=False)
    town.post.away = False
    town.post.dead = {f"{people[1]}@example.org"}
    town.post.deliver()
    town.post.deliver()
    assert town.letters() == [1, 0, 1, 1]
    assert town.count() == counted(4, 3, undeliverable=1)


def test_a_mail_that_nobody_takes_for_days_is_given_up_and_counted(town: Town) -> None:
    town.settle(1)
    town.publish()
    town.tell(deliver=False)
    town.post.away = True
    for _ in range(13):
        town.post.deliver()
    assert town.count() == counted(1, 0, undeliverable=1)


def test_word_of_a_policy_that_comes_twice_or_late_changes_nothing(town: Town) -> None:
    town.settle(2)
    town.publish()
    town.publish(at=PUBLISHED + timedelta(days=300))
    town.settle(1, at=PUBLISHED + timedelta(days=1))
    town.tell()
    town.publish()
    town.publish(FIRST, significant=False)
    town.tell()
    assert town.letters() == [1, 1, 0]


def test_each_of_two_policies_is_told_also_when_the_older_one_comes_last(town: Town) -> None:
    town.settle(3)
    town.publish(SECOND)
    town.tell()
    town.publish(FIRST)
    town.tell()
    assert town.letters() == [2, 2, 2]


def test_a_policy_this_release_does_not_know_waits_for_the_one_that_does(town: Town) -> None:
    town.settle(1)
    town.publish("2101-01-01")
    town.tell()
    assert town.count() == counted(1, 0, completed=False)
    assert town.waiting() == 0


def test_who_was_being_written_down_when_her_turn_was_is_told_all_the_same(town: Town) -> None:
    town.settle(4)
    town.publish()
    town.crier.tell_next()
    town.post.deliver()
    town.clock.advance(SLOW.pause)
    # Signed up first of all, and committed only now.
    town.settle(1, at=PUBLISHED - timedelta(days=2))
    town.tell()
    assert town.letters() == [1] * 5
    assert town.count() == counted(5, 5)


def test_people_who_signed_up_in_the_same_moment_are_all_told(town: Town) -> None:
    for _ in range(5):
        town.settle(1)
    town.publish()
    town.tell()
    assert town.letters() == [1] * 5


def test_no_more_letters_are_written_in_a_minute_than_wanted_and_none_while_many_wait(town: Town) -> None:
    town.settle(9)
    town.publish()
    assert [town.crier.tell_next() for _ in range(3)] == [2, 0, 0]
    town.clock.advance(SLOW.pause)
    assert town.crier.tell_next() == 0, "two wait already"
    assert town.waiting() == 2
    town.post.deliver()
    town.clock.advance(SLOW.pause)
    assert [town.crier.tell_next() for _ in range(3)] == [2, 0, 0]


def test_a_letter_somebody_waits_for_goes_before_those_to_everybody(town: Town) -> None:
    (ada, *_) = town.settle(3)
    town.publish()
    town.crier.tell_next()
    town.clock.advance(timedelta(seconds=1))
    with town.unit.begin() as work:
        work.mails.add(ada, "verify")
    town.post.deliver(at_most=1)
    assert [letter.subject for letter in town.post.letters] != ["Our policy has changed"]
    assert len(town.post.letters) == 1


def test_word_of_the_policy_is_on_record_with_its_own_reason(town: Town) -> None:
    town.settle(1)
    town.publish()
    town.tell()
    (told,) = [event for event in town.published() if isinstance(event, PartnerDisclosed)]
    assert (told.purpose, told.user_id) == ("N1", town.people[0])


def test_somebody_who_was_left_out_is_noticed(town: Town) -> None:
    look = Look(database=town.unit.database, clock=town.clock)
    assert look_for_people_left_out(look).state is Found.NOT_APPLICABLE
    people = town.settle(3)
    town.publish()
    assert look_for_people_left_out(look).state is Found.NOT_APPLICABLE, "nobody was forgotten while it goes on"
    town.tell()
    town.settle(2, at=PUBLISHED)
    found = [look_for_people_left_out(look) for _ in range(8)]
    assert {(finding.state, finding.figures["looked_at"]) for finding in found} == {(Found.KEPT, 3)}
    with town.unit.database.begin() as connection:
        connection.execute("DELETE FROM policy_told WHERE account_id = %s", [people[1]])
    found = [look_for_people_left_out(look) for _ in range(8)]
    assert {(finding.state, finding.figures["left_out"]) for finding in found} == {(Found.BROKEN, 1)}
