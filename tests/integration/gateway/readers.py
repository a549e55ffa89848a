"""People who want news, and what writes to them: what the tests of news tell their stories with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from common.clock import MovableClock
from common.contracts.consents import NEWS
from common.contracts.words import Word
from common.erasure.records import Erasures
from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.domain.announcements import Text
from gateway.domain.languages import Language
from gateway.domain.policies import Pace
from gateway.jobs.heralding import Herald
from gateway.repository import Work
from gateway.use_cases import announcements, news
from tests.fakes.people import add_account
from tests.integration.gateway.post_office import PostOffice

# Long before anybody of another test signed up.
BEGUN = datetime(1971, 1, 1, tzinfo=UTC)
SUBJECT = "A new style"
WORDS = {Language.ENGLISH: Text(subject=SUBJECT, words="It is *there*.")}
GERMAN = {Language.GERMAN: Text(subject="Ein neuer Stil", words="Er ist *da*.")}
SLOW, FAST = Pace(per_minute=24), Pace(per_minute=6000)


class Dies(BaseException):
    """The process died here."""


@dataclass(kw_only=True)
class Readers:
    """People who want news, the job that writes to them, their mailboxes, and privacy."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    post: PostOffice
    people: list[UUID] = field(default_factory=list[UUID])
    pace: Pace = FAST
    passed_on: list[UUID] = field(default_factory=list[UUID])
    privacy_is_away: bool = False

    @property
    def herald(self) -> Herald:
        return Herald(unit=self.unit, pace=self.pace, withdraw=self._withdraw)

    def _withdraw(self, account_id: UUID) -> Word:
        if self.privacy_is_away:
            raise Unavailable
        self.passed_on.append(account_id)
        return Word(granted=False, changed_at=self.clock.now())

    def settle(self, many: int) -> list[UUID]:
        """So many people confirm an address and want news."""
        new = [self.clock.new_id() for _ in range(many)]
        for person in new:
            add_account(self.unit, person)
            self.say(person, granted=True)
            with self.unit.begin() as work:
                work.accounts.verify(person)
        self.people += new
        return new

    def say(self, person: UUID, *, granted: bool, purpose: str = NEWS) -> None:
        self.clock.advance(timedelta(microseconds=1))
        with self.unit.begin() as work:
            work.consents.note(person, purpose, granted=granted, changed_at=self.clock.now())

    def begin(self, texts: dict[Language, Text] = WORDS) -> UUID:
        """Write a piece of news and say twice that it is to go."""
        with self.unit.begin() as work:
            announcement_id = announcements.draft(work, texts)
            announcements.finish(work, announcement_id)
            announcements.send(work, announcement_id, shown=work.news.readers()[0])
        return announcement_id

    def write(self) -> int:
        """One batch of letters; what became due since the last."""
        self.clock.advance(timedelta(seconds=5))
        return self.herald.write_next()

    def run(self) -> None:
        """Until everybody was come to, and everything is sent."""
        for _ in range(4):
            while self.write():
                self.post.deliver()
            self.post.deliver()

    def leave(self, person: UUID) -> None:
        with self.unit.database.begin() as connection:
            Erasures(connection, self.clock, "gateway").begin(self.clock.new_id(), person)

    def be_gone(self, person: UUID) -> None:
        with self.unit.database.begin() as connection:
            connection.execute("DELETE FROM accounts WHERE id = %s", [person])

    def letters(self, subject: str = SUBJECT) -> list[int]:
        """How many such letters each of the people has."""
        boxes = [self.post.boxes[f"{person}@example.org"] for person in self.people]
        return [sum(letter.subject == subject for letter in box) for box in boxes]

    def told(self, announcement_id: UUID) -> dict[str, int | str]:
        """How it stands, and every count that is not zero."""
        with self.unit.begin() as work:
            found = announcements.read(work, announcement_id)
        tally = found.tally
        names = ("entitled", "waiting", "sent", "refused", "uncertain", "passed_over", "bounced", "unsubscribed")
        counts = {name: getattr(tally, name) for name in names}
        return {"state": found.state.value, **{name: count for name, count in counts.items() if count}}

    def mail_of(self, announcement_id: UUID, person: UUID) -> UUID:
        with self.unit.database.begin() as connection:
            ((mail_id,),) = connection.execute(
                "SELECT mail_id FROM announcement_letters WHERE announcement_id = %s AND account_id = %s",
                [announcement_id, person],
            ).fetchall()
        return mail_id

    def bounce(self, announcement_id: UUID, person: UUID, *, of_mailbox: bool = True) -> bool:
        mail_id = self.mail_of(announcement_id, person)
        with self.unit.begin() as work:
            return news.settle(work, mail_id, news.LetterState.BOUNCED, of_mailbox=of_mailbox)

    def unsubscribe(self, announcement_id: UUID, person: UUID) -> None:
        with self.unit.begin() as work:
            news.unsubscribe(work, person, announcement_id)
