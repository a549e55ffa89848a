"""Promise U6: news goes once to everybody who wants it at that moment, and no more to whoever has had enough."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from common.contracts.consents import NEWS, PROCESSING
from common.contracts.words import Word
from gateway.domain.announcements import AnnouncementState, LetterState, Sending
from gateway.domain.policies import TELL_EVERY, Pace
from gateway.repository import Work

NEWS_MAIL: Final = "news"
_COUNTED: Final = {
    LetterState.SENT: "sent",
    LetterState.REFUSED: "refused",
    LetterState.UNCERTAIN: "uncertain",
    LetterState.BOUNCED: "bounced",
}


def write_next(work: Work, pace: Pace) -> int:
    """Write to the next people who want a piece of news that goes out; returns to how many was come.

    Whoever dies in the middle has written to nobody: the batch is one transaction, and a person is come to once.
    """
    sending = work.announcements.claim()
    if sending is None:
        return 0
    now = work.clock.now()
    # While a mail server is slow or away, no more waits for it than may go out in a minute.
    if work.news.waiting(sending.id, limit=pace.per_minute) >= pace.per_minute:
        work.announcements.walked(sending.id, to=sending.walked_to, people=0, next_batch_at=now + TELL_EVERY)
        return 0
    people = work.news.next_people(sending, limit=pace.batch)
    if not people:
        _go_back_or_end(work, sending)
        return 0
    written = sum(_write(work, sending.id, person) for person in people)
    work.announcements.walked(sending.id, to=people[-1], people=written, next_batch_at=now + pace.pause)
    return len(people)


def is_wanted(work: Work, account_id: UUID, parameters: Mapping[str, str]) -> bool:
    """Whether a letter of news may go out now: she allows it, and it was not stopped."""
    if not {NEWS, PROCESSING} <= work.consents.granted(account_id):
        return False
    if "announcement" not in parameters:
        return True
    found = work.announcements.find(UUID(parameters["announcement"]))
    return found is not None and found.state is not AnnouncementState.STOPPED


def words_for(work: Work, account_id: UUID, mail_id: UUID, parameters: Mapping[str, str]) -> Mapping[str, str] | None:
    """What a letter of news says, in her language; None where that was thrown away."""
    if "announcement" not in parameters:
        # Written by a release before this one, with its words.
        return {**parameters, "subject": parameters["headline"], "words": parameters["text"], "language": "en"}
    found = work.announcements.find(UUID(parameters["announcement"]))
    if found is None:
        return None
    language, text = found.text_for(parameters.get("language") or work.accounts.language_of(account_id))
    said = {"subject": text.subject, "words": text.words, "language": language.value}
    return {"announcement": parameters["announcement"], "letter": str(mail_id), **said}


def settle(work: Work, mail_id: UUID, to: LetterState, *, of_mailbox: bool = False) -> bool:
    """What became of a letter; False where it is none of news, or that is known. `of_mailbox`: it takes nothing."""
    letter = work.news.move(mail_id, to)
    if letter is None:
        return False
    changes = {_COUNTED[to]: 1} if to in _COUNTED else {}
    if letter.before is LetterState.UNCERTAIN and to is not LetterState.BOUNCED:
        changes["uncertain"] = -1
    work.announcements.count(letter.announcement_id, changes=changes)
    if of_mailbox:
        work.news.note_trouble(letter.account_id)
    return True


def unsubscribe(work: Work, account_id: UUID, announcement_id: UUID) -> None:
    """She wants no more news: it counts here at once, and privacy is told. Once more changes nothing."""
    if NEWS in work.consents.granted(account_id):
        work.consents.note(account_id, NEWS, granted=False, changed_at=work.clock.now())
        work.news.stop(account_id)
        if work.news.leaves_by(announcement_id, account_id):
            work.announcements.count(announcement_id, changes={"unsubscribed": 1})


def note_passed_on(work: Work, account_id: UUID, word: Word | None) -> None:
    """Privacy has her no; without a word of it, privacy knows her no more."""
    work.news.passed_on(account_id)
    if word is not None:
        work.consents.note(account_id, NEWS, granted=word.granted, changed_at=word.changed_at)


def _write(work: Work, announcement_id: UUID, account_id: UUID) -> bool:
    mail_id = work.clock.new_id()
    if not work.news.come_to(announcement_id, account_id, mail_id=mail_id):
        return False
    work.mails.add(account_id, NEWS_MAIL, parameters={"announcement": str(announcement_id)}, mail_id=mail_id)
    return True


def _go_back_or_end(work: Work, sending: Sending) -> None:
    """At the end of the line: those who said yes meanwhile, or nobody and no letter that waits."""
    now = work.clock.now()
    if sending.walked_to is not None and work.news.next_people(replace(sending, walked_to=None), limit=1):
        work.announcements.walked(sending.id, to=None, people=0, next_batch_at=now)
    elif work.news.waiting(sending.id, limit=1):
        work.announcements.walked(sending.id, to=sending.walked_to, people=0, next_batch_at=now + TELL_EVERY)
    else:
        work.announcements.end(sending.id, AnnouncementState.SENT)
