"""Writing news: words in each language, a look at them, a test to oneself, and then to everybody who wants it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from common.errors import Invalid
from gateway.domain.announcements import (
    NEEDED,
    TESTS_AN_HOUR,
    Announcement,
    AnnouncementState,
    ChangedMeanwhile,
    NoSuchAnnouncement,
    Text,
    TooManyTests,
    WrongMoment,
    check_number,
    check_step,
)
from gateway.domain.languages import Language
from gateway.repository import Work

# A letter of news to whoever wrote it; she asked for it, so that it needs no other yes.
TEST_MAIL: Final = "news-test"
Texts = Mapping[Language, Text]


def draft(work: Work, texts: Texts) -> UUID:
    """Begin a piece of news. Raises Invalid without its English words."""
    _check_languages(texts)
    announcement_id = work.clock.new_id()
    work.announcements.add(announcement_id, texts)
    return announcement_id


def rewrite(work: Work, announcement_id: UUID, texts: Texts, *, revision: int) -> Announcement:
    """Change a draft of that revision; saying the same again changes nothing.

    Raises NoSuchAnnouncement, WrongMoment, ChangedMeanwhile, Invalid.
    """
    _check_languages(texts)
    found = _locked(work, announcement_id)
    if found.state is not AnnouncementState.DRAFT:
        raise WrongMoment
    if dict(found.texts) == dict(texts):
        return found
    if found.revision != revision:
        raise ChangedMeanwhile
    work.announcements.rewrite(announcement_id, texts)
    return read(work, announcement_id)


def read(work: Work, announcement_id: UUID) -> Announcement:
    """One of them. Raises NoSuchAnnouncement."""
    found = work.announcements.find(announcement_id)
    if found is None:
        raise NoSuchAnnouncement
    return found


def finish(work: Work, announcement_id: UUID) -> None:
    """The words stay as they are from now on. Raises NoSuchAnnouncement, WrongMoment."""
    _move(work, announcement_id, AnnouncementState.READY)


def reopen(work: Work, announcement_id: UUID) -> None:
    """The words are to be changed after all. Raises NoSuchAnnouncement, WrongMoment."""
    _move(work, announcement_id, AnnouncementState.DRAFT)


def discard(work: Work, announcement_id: UUID) -> None:
    """Throw one away that nobody got. Raises NoSuchAnnouncement, WrongMoment."""
    if _locked(work, announcement_id).state not in {AnnouncementState.DRAFT, AnnouncementState.READY}:
        raise WrongMoment
    work.announcements.remove(announcement_id)


def try_out(work: Work, announcement_id: UUID, account_id: UUID) -> None:
    """Send it to whoever asks, in every language, and to nobody else. Raises NoSuchAnnouncement, TooManyTests."""
    found = _locked(work, announcement_id)
    if work.mails.asked_since(account_id, TEST_MAIL, work.clock.now() - timedelta(hours=1)) >= TESTS_AN_HOUR:
        raise TooManyTests
    for language in found.texts:
        work.mails.add(
            account_id, TEST_MAIL, parameters={"announcement": str(announcement_id), "language": language.value}
        )
    work.announcements.note_test(announcement_id, found.revision)


def send(work: Work, announcement_id: UUID, *, shown: int) -> int:
    """Begin to send it to everybody who wants news; returns to how many that is as things stand.

    `shown` is the number whoever presses the button has seen. Pressed twice, it begins once.
    Raises NoSuchAnnouncement, WrongMoment, OtherNumber.
    """
    found = _locked(work, announcement_id)
    check_step(found.state, AnnouncementState.SENDING)
    readers, _ = work.news.readers()
    check_number(shown, readers)
    work.announcements.begin(announcement_id)
    return readers


def stop(work: Work, announcement_id: UUID) -> int:
    """Send it to nobody more; returns how many letters were called off. What is on its way arrives.

    Raises NoSuchAnnouncement, WrongMoment.
    """
    found = _locked(work, announcement_id)
    check_step(found.state, AnnouncementState.STOPPED)
    work.announcements.end(announcement_id, AnnouncementState.STOPPED)
    return work.news.call_off(announcement_id)


def _move(work: Work, announcement_id: UUID, to: AnnouncementState) -> None:
    check_step(_locked(work, announcement_id).state, to)
    work.announcements.move(announcement_id, to)


def _locked(work: Work, announcement_id: UUID) -> Announcement:
    found = work.announcements.find(announcement_id, lock=True)
    if found is None:
        raise NoSuchAnnouncement
    return found


def _check_languages(texts: Texts) -> None:
    if NEEDED not in texts:
        raise Invalid("Write it in English at least: everybody whose account says no language gets that.")
