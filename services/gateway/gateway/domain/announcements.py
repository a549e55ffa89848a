"""News of the studio's: how a piece of it is written, sent once, and what becomes of each letter. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from common.errors import Conflict, Invalid, NotFound, Refused
from gateway.domain.languages import DEFAULT, Language, known

MAX_SUBJECT: Final = 120
MAX_WORDS: Final = 10_000
# Letters to the writer herself, to see how it looks.
TESTS_AN_HOUR: Final = 20
# Whoever presses the button has seen a number; by so much it may differ by then.
_FEW: Final = 5
_A_TENTH: Final = 10


# Everybody can be written to in this one; the others are for those whose account says so.
NEEDED: Final = DEFAULT


class AnnouncementState(StrEnum):
    """How a piece of news stands."""

    DRAFT = "draft"
    READY = "ready"  # its words stay as they are, until it goes back to being a draft
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


# Sending begins once and ends once.
TRANSITIONS: Final[Mapping[AnnouncementState, frozenset[AnnouncementState]]] = {
    AnnouncementState.DRAFT: frozenset({AnnouncementState.READY}),
    AnnouncementState.READY: frozenset({AnnouncementState.DRAFT, AnnouncementState.SENDING}),
    AnnouncementState.SENDING: frozenset({AnnouncementState.SENT, AnnouncementState.STOPPED}),
    AnnouncementState.SENT: frozenset(),
    AnnouncementState.STOPPED: frozenset(),
}


class LetterState(StrEnum):
    """What became of one letter."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # by the mail server for good, or for so long that it is given up
    # The mail server may have it: nobody gets a second one for the sake of that.
    UNCERTAIN = "uncertain"
    PASSED_OVER = "passed_over"  # she took her yes back before it went, or it was stopped
    BOUNCED = "bounced"  # sent, and come back


LETTER_TRANSITIONS: Final[Mapping[LetterState, frozenset[LetterState]]] = {
    LetterState.WAITING: frozenset(
        {LetterState.SENT, LetterState.REFUSED, LetterState.UNCERTAIN, LetterState.PASSED_OVER}
    ),
    LetterState.SENT: frozenset({LetterState.BOUNCED}),
    # Whoever was slow may still say what became of it.
    LetterState.UNCERTAIN: frozenset({LetterState.SENT, LetterState.REFUSED, LetterState.BOUNCED}),
    LetterState.REFUSED: frozenset(),
    LetterState.PASSED_OVER: frozenset(),
    LetterState.BOUNCED: frozenset(),
}


class NoSuchAnnouncement(NotFound):
    """There is no such announcement."""


class WrongMoment(Conflict):
    """The announcement is past that, or not there yet. Load it again: somebody else may have been quicker."""

    code = "wrong_moment"


class ChangedMeanwhile(Conflict):
    """Somebody has changed this announcement since you opened it. Load it again, then put your words in."""

    code = "changed_meanwhile"


class OtherNumber(Conflict):
    """It would go to another number of people than you were shown. Look at the number again, then send it."""

    code = "other_number"


class TooManyTests(Refused):
    """You have sent yourself twenty tests within an hour. Wait a little, then send the next."""

    code = "rate_limited"
    retry_after_seconds = 600


class LinkNotWhole(Invalid):
    """This link is not whole. Open it from the mail again, or switch news off on the privacy page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What is said, in one language: `words` are plain, with paragraphs, lists, emphasis and links as in Markdown."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many people got a letter, and what became of them all. Those who left in between are passed over, too."""

    entitled: int = 0
    waiting: int = 0
    sent: int = 0
    refused: int = 0
    uncertain: int = 0
    bounced: int = 0
    unsubscribed: int = 0

    @property
    def passed_over(self) -> int:
        """Whom it was written for, and who did not want it any more or had left when it was to go."""
        return max(0, self.entitled - self.waiting - self.sent - self.refused - self.uncertain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A piece of news. `revision` grows with each change of its words; `tested` is the one last sent as a test."""

    id: UUID
    state: AnnouncementState
    revision: int
    tested: int | None
    created_at: datetime
    changed_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    texts: Mapping[Language, Text] = field(default_factory=dict[Language, Text])
    tally: Tally = field(default_factory=Tally)

    def text_for(self, language: str | None) -> tuple[Language, Text]:
        """What somebody of this language is told, and in which one that is."""
        wanted = known(language) or NEEDED
        found = wanted if wanted in self.texts else NEEDED
        return found, self.texts[found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A piece of news that goes out, and up to whom it has come."""

    id: UUID
    walked_to: UUID | None


def check_step(state: AnnouncementState, to: AnnouncementState) -> None:
    """Raises WrongMoment where an announcement cannot go from the one to the other."""
    if to not in TRANSITIONS[state]:
        raise WrongMoment


def check_text(subject: str, words: str) -> Text:
    """What may be sent. Raises Invalid."""
    subject = " ".join(subject.split())
    words = words.replace("\r\n", "\n").strip()
    if not subject or len(subject) > MAX_SUBJECT or not subject.isprintable():
        raise Invalid(f"A subject is one line of 1 to {MAX_SUBJECT} letters.")
    if not words or len(words) > MAX_WORDS or not all(line.isprintable() for line in words.split("\n")):
        raise Invalid(f"The words are 1 to {MAX_WORDS} letters, without any that cannot be seen.")
    return Text(subject=subject, words=words)


def check_number(shown: int, now: int) -> None:
    """Raises OtherNumber where it would go to many more or fewer than was shown: a few people come and go."""
    if abs(now - shown) > max(_FEW, shown // _A_TENTH):
        raise OtherNumber
