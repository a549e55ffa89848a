"""A version that waits for somebody's word: twice, at once, alone, half-way, and if it changed meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from common.clock import SYSTEM_CLOCK, MovableClock
from common.contracts import Event
from common.contracts.privacy import PolicyPublished
from common.database import Database
from common.errors import Refused
from common.policy import Policies, Release, read_policies
from common.probes import Found, Look
from common.work import UnitOfWork
from privacy.domain.words import (
    AlreadyOut,
    AlreadyProposed,
    ComesByItself,
    KeyUsedOtherwise,
    NoSuchVersion,
    NoticeTooShort,
    OwnWord,
    PolicyChanged,
    Standing,
    StillDraft,
    Word,
    WordDecided,
    WordState,
    standings,
)
from privacy.jobs.policies import look_at_policies, publish_policies
from privacy.repository import Work
from privacy.use_cases import letting_out
from privacy.use_cases.letting_out import Wish

FIRST = read_policies().all[0]
WAITS = replace(
    FIRST,
    version="2027-03-01",
    published=date(2027, 3, 1),
    in_force_from=date(2027, 3, 20),
    significant=True,
    digest="a" * 64,
    release=Release.CONSOLE,
)
SMALL = replace(WAITS, significant=False)
NEXT = replace(WAITS, version="2027-03-03", published=date(2027, 3, 3), release=Release.DAY, digest="b" * 64)
POLICIES = Policies([FIRST, WAITS])
REASON = "Counsel and the engineers have read it"
ADA, BEA = SYSTEM_CLOCK.new_id(), SYSTEM_CLOCK.new_id()
BEFORE, ON, AFTER = (datetime(2027, month, day, 12, tzinfo=UTC) for month, day in ((2, 20), (3, 1), (3, 5)))
TOO_LATE = datetime(2027, 3, 7, tzinfo=UTC)


class Dies(Exception):
    """The process ends here."""


@pytest.fixture(autouse=True)
def _nothing_was_said_yet(admin_dsn: str, database: Database) -> Iterator[None]:
    def forget() -> None:
        with psycopg.connect(admin_dsn) as connection:
            connection.execute("DELETE FROM privacy.policy_versions")
            connection.execute("DELETE FROM privacy.policy_proposals")

    forget()
    yield
    forget()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(BEFORE)


@pytest.fixture
def desk(unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]) -> "Desk":
    """The studio is open: the first version is out, and the next one waits."""
    publish_policies(unit, Policies([FIRST]))
    return Desk(unit, clock, published)


class Desk:
    """Where words are given."""

    def __init__(self, unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]) -> None:
        self.unit = unit
        self.clock = clock
        self._published = published

    def at(self, moment: datetime) -> None:
        """It is then, and the clock door has done its work."""
        self.clock.advance(moment - self.clock.now())
        publish_policies(self.unit, POLICIES)

    def propose(self, *, who: UUID = ADA, key: str = "k", policies: Policies = POLICIES, **wish: Any) -> Word:
        wanted = Wish(**{"version": WAITS.version, "digest": WAITS.digest, "reason": REASON, **wish})
        with self.unit.begin() as work:
            return letting_out.propose(work, policies, wanted, operator=who, key=key)

    def approve(
        self, word: Word, *, who: UUID = BEA, digest: str = WAITS.digest, policies: Policies = POLICIES
    ) -> Word:
        with self.unit.begin() as work:
            return letting_out.approve(work, policies, word.id, operator=who, digest=digest)

    def die_after(self, word: Word | None) -> None:
        """All is written, by approving this or by proposing, and nothing committed, when the process ends."""
        wish = Wish(version=WAITS.version, digest=WAITS.digest, reason=REASON)
        with self.unit.begin() as work:
            if word:
                letting_out.approve(work, POLICIES, word.id, operator=BEA, digest=WAITS.digest)
            else:
                letting_out.propose(work, POLICIES, wish, operator=ADA, key="k")
            raise Dies

    def recall(self, word: Word, *, who: UUID = BEA) -> Word:
        with self.unit.begin() as work:
            return letting_out.recall(work, word.id, operator=who)

    def out(self) -> list[str]:
        """What came out, and was told of, in its order."""
        with self.unit.begin() as work:
            kept = [policy.version for policy in work.policies.all()]
        told = [event.policy_version for event in self._published() if isinstance(event, PolicyPublished)]
        assert sorted(told) == kept
        return told

    def stands(self, policies: Policies = POLICIES) -> Standing:
        with self.unit.begin() as work:
            out = [policy.version for policy in work.policies.all()]
            standing = standings(policies, out, work.policy_words.all())
            return {policy.version: how for policy, how in standing}[WAITS.version]

    def look(self) -> tuple[bool, str]:
        """What the probe of N1 says now: whether it is broken, and its sentence."""
        found = look_at_policies(
            Look(database=self.unit.database, clock=self.clock), POLICIES, since=self.clock.now() - timedelta(days=1)
        )
        return found.state is Found.BROKEN, found.checked


def test_a_day_that_passes_without_a_word_brings_nothing_out_and_breaks_the_promise(desk: Desk) -> None:
    desk.at(ON)
    assert (desk.out(), desk.stands()) == ([FIRST.version], Standing.WAITS_FOR_WORD)
    broken, says = desk.look()
    assert (broken, "nobody has let it" in says) == (True, True)


def test_what_two_agree_on_comes_out_on_its_day_and_not_before(desk: Desk) -> None:
    word = desk.propose()
    assert (word.state, desk.stands()) == (WordState.PROPOSED, Standing.PROPOSED)
    with pytest.raises(OwnWord):
        desk.approve(word, who=ADA)
    assert desk.approve(word).state is WordState.APPROVED
    assert (desk.out(), desk.stands()) == ([FIRST.version], Standing.AGREED)
    desk.at(datetime(2027, 2, 28, 23, 59, tzinfo=UTC))
    assert desk.out() == [FIRST.version]
    desk.at(datetime(2027, 3, 1, tzinfo=UTC))
    assert (desk.out(), desk.stands()) == ([FIRST.version, WAITS.version], Standing.OUT)
    with desk.unit.begin() as work:
        assert [policy.proposal_id for policy in work.policies.all()] == [None, word.id]
    assert not desk.look()[0]


def test_a_word_that_comes_late_lets_it_out_at_once(desk: Desk) -> None:
    desk.at(AFTER)
    word = desk.propose()
    assert desk.out() == [FIRST.version]
    desk.approve(word)
    assert desk.out() == [FIRST.version, WAITS.version]


def test_where_people_would_have_less_than_their_time_no_word_is_taken(desk: Desk) -> None:
    word = desk.propose()
    desk.at(TOO_LATE)
    with pytest.raises(NoticeTooShort):
        desk.approve(word)
    with pytest.raises(NoticeTooShort):
        desk.propose(key="another")
    assert desk.out() == [FIRST.version]


def test_one_is_enough_for_what_does_not_matter_to_people(desk: Desk) -> None:
    small = Policies([FIRST, SMALL])
    word = desk.propose(policies=small)
    assert (word.state, word.decided_by, desk.stands(small)) == (WordState.APPROVED, ADA, Standing.AGREED)
    desk.at(ON)
    assert desk.out() == [FIRST.version, SMALL.version]


def test_twice_is_once_and_another_wish_under_the_same_key_is_refused(desk: Desk) -> None:
    first, again = desk.propose(), desk.propose()
    assert first == again
    with pytest.raises(KeyUsedOtherwise):
        desk.propose(reason=f"{REASON} twice")
    with pytest.raises(AlreadyProposed):
        desk.propose(who=BEA, key="hers")
    desk.at(ON)
    assert desk.approve(first) == desk.approve(first)
    assert desk.out() == [FIRST.version, WAITS.version]


def test_of_many_who_propose_and_approve_at_once_one_word_stands_and_it_comes_out_once(desk: Desk) -> None:
    desk.at(ON)

    def attempt(number: int) -> Word | None:
        try:
            return desk.propose(who=SYSTEM_CLOCK.new_id(), key=str(number))
        except AlreadyProposed:
            return None

    with ThreadPoolExecutor(6) as pool:
        (word,) = [word for word in pool.map(attempt, range(6)) if word]

        def agree(_: int) -> bool:
            try:
                return desk.approve(word, who=SYSTEM_CLOCK.new_id()).state is WordState.APPROVED
            except WordDecided:
                return False

        assert sum(pool.map(agree, range(6))) == 1
    assert desk.out() == [FIRST.version, WAITS.version]


def test_a_word_is_taken_back_before_it_is_out_or_it_is_out_and_never_both(desk: Desk) -> None:
    word = desk.propose()
    desk.approve(word)
    desk.clock.advance(ON - desk.clock.now())

    def take_back() -> bool:
        try:
            return desk.recall(word).state is WordState.RECALLED
        except (AlreadyOut, WordDecided):
            return False

    with ThreadPoolExecutor(2) as pool:
        recalled = pool.submit(take_back)
        pool.submit(publish_policies, desk.unit, POLICIES).result()
    assert (WAITS.version in desk.out()) is not recalled.result()


def test_what_was_taken_back_does_not_come_out_until_two_agree_anew(desk: Desk) -> None:
    word = desk.propose()
    desk.approve(word)
    assert desk.recall(word) == desk.recall(word)
    desk.at(ON)
    assert (desk.out(), desk.stands()) == ([FIRST.version], Standing.WAITS_FOR_WORD)
    with pytest.raises(WordDecided):
        desk.approve(word)
    desk.approve(desk.propose(key="anew"))
    assert desk.out() == [FIRST.version, WAITS.version]
    with pytest.raises((AlreadyOut, WordDecided)):
        desk.recall(word, who=ADA)


@pytest.mark.parametrize("step", ["propose", "approve"])
def test_a_machine_that_dies_in_the_middle_has_done_nothing(desk: Desk, step: str) -> None:
    desk.at(ON)
    word = desk.propose() if step == "approve" else None
    with pytest.raises(Dies):
        desk.die_after(word)
    assert (desk.out(), desk.stands()) == (
        [FIRST.version],
        Standing.PROPOSED if word else Standing.WAITS_FOR_WORD,
    )
    desk.approve(word or desk.propose())
    assert desk.out() == [FIRST.version, WAITS.version]


def test_what_changed_between_the_look_and_the_press_is_not_let_out(desk: Desk) -> None:
    changed = Policies([FIRST, replace(WAITS, digest="c" * 64)])
    with pytest.raises(PolicyChanged):
        desk.propose(policies=changed)
    word = desk.propose()
    for seen in (WAITS.digest, "c" * 64):  # what he saw before, and what lies there, which nobody proposed
        with pytest.raises(PolicyChanged):
            desk.approve(word, digest=seen, policies=changed)
    desk.approve(word)
    desk.clock.advance(ON - desk.clock.now())
    publish_policies(desk.unit, changed)
    assert (desk.out(), desk.stands(changed)) == ([FIRST.version], Standing.WAITS_FOR_WORD)
    again = desk.propose(policies=changed, digest="c" * 64, key="anew")
    desk.approve(again, digest="c" * 64, policies=changed)
    assert desk.out() == [FIRST.version, WAITS.version]


def test_nothing_overtakes_what_waits(desk: Desk) -> None:
    both = Policies([FIRST, WAITS, NEXT])
    desk.clock.advance(AFTER - desk.clock.now())
    publish_policies(desk.unit, both)
    assert desk.out() == [FIRST.version]
    with desk.unit.begin() as work:
        stand = [how for _, how in standings(both, [FIRST.version], work.policy_words.all())]
    assert stand == [Standing.OUT, Standing.WAITS_FOR_WORD, Standing.BEHIND]
    desk.approve(desk.propose(policies=both), policies=both)
    assert desk.out() == [FIRST.version, WAITS.version, NEXT.version]


def test_a_studio_that_opens_later_opens_with_what_was_there(
    unit: UnitOfWork[Work], clock: MovableClock, published: Callable[[], list[Event]]
) -> None:
    clock.advance(timedelta(days=365))
    publish_policies(unit, POLICIES)
    desk = Desk(unit, clock, published)
    assert desk.out() == [FIRST.version, WAITS.version]
    assert "nobody's word" not in desk.look()[1]


def test_what_came_out_by_nobodys_word_breaks_the_promise(desk: Desk, database: Database) -> None:
    desk.at(ON)
    with database.begin() as connection:
        connection.execute(
            """
            INSERT INTO policy_versions (version, digest, significant, published_at, announced_at)
            VALUES (%s, %s, true, %s, now())
            """,
            [WAITS.version, WAITS.digest, ON],
        )
    broken, says = desk.look()
    assert (broken, "by nobody's word" in says) == (True, True)


@pytest.mark.parametrize(
    ("waiting", "wish", "refusal"),
    [
        (replace(WAITS, release=Release.DAY), {}, ComesByItself),
        (replace(WAITS, sealed=False), {}, StillDraft),
        (WAITS, {"version": "2027-04-01"}, NoSuchVersion),
        (WAITS, {"version": FIRST.version, "digest": FIRST.digest}, AlreadyOut),
    ],
)
def test_no_word_is_taken_for_what_nobody_has_to_let_out(
    desk: Desk, waiting: Any, wish: dict[str, str], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        desk.propose(policies=Policies([FIRST, waiting]), **wish)


def test_the_database_refuses_a_word_that_is_ones_own_or_rewritten(desk: Desk, database: Database) -> None:
    word = desk.propose()
    alone = "UPDATE policy_proposals SET state = 'approved', decided_by = proposed_by, decided_at = now()"
    with pytest.raises(psycopg.errors.CheckViolation), database.begin() as connection:
        connection.execute(alone)
    for statement in (
        "DELETE FROM policy_proposals",
        "UPDATE policy_proposals SET digest = ''",
        "UPDATE policy_proposals SET proposed_by = gen_random_uuid()",
        "UPDATE policy_versions SET proposal_id = NULL",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.begin() as connection:
            connection.execute(statement.encode())
    assert desk.approve(word).state is WordState.APPROVED
