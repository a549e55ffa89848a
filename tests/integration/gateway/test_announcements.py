"""News goes once to everybody who wants it at that moment: whoever dies, leaves, says no, or comes late meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from common.clock import MovableClock
from common.contracts import EVENTS, decode
from common.contracts.consents import PROCESSING
from common.contracts.generation import PartnerDisclosed
from common.database import Database
from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.domain.announcements import OtherNumber, WrongMoment
from gateway.domain.languages import Language
from gateway.ports import AddressRefused, MailRefused, MailUnknown, MailUnsettled
from gateway.repository import Work
from gateway.use_cases import announcements, mails, news
from gateway.use_cases.announcements import TEST_MAIL
from tests.fakes.leftovers import clear
from tests.fakes.people import gateway_rooms
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.readers import BEGUN, GERMAN, SLOW, SUBJECT, WORDS, Dies, Readers


@pytest.fixture(scope="module")
def database(service_database: Callable[[str], str]) -> Iterator[Database]:
    database = Database(service_database("gateway"), application="test", max_size=8)
    yield database
    database.close()


def _forget(database: Database) -> None:
    clear("gateway", database)
    with database.begin() as connection:
        connection.execute("DELETE FROM announcement_letters")
        connection.execute("DELETE FROM announcements")
        connection.execute("DELETE FROM accounts WHERE created_at < '1972-01-01'")
        connection.execute("DELETE FROM erasures WHERE fenced_at < '1972-01-01'")
        # People of other tests want no news of these.
        connection.execute("DELETE FROM consents WHERE purpose = 'news'")


@pytest.fixture
def readers(database: Database) -> Iterator[Readers]:
    clock = MovableClock(BEGUN)
    unit = UnitOfWork(service="gateway", database=database, build=gateway_rooms, clock=clock)
    _forget(database)
    yield Readers(unit=unit, clock=clock, post=PostOffice(unit))
    _forget(database)


def test_everybody_who_wants_news_gets_it_once(readers: Readers) -> None:
    readers.settle(7)
    sent = readers.begin()
    readers.run()
    readers.run()
    assert readers.letters() == [1] * 7
    assert readers.told(sent) == {"state": "sent", "entitled": 7, "sent": 7}


def test_whoever_did_not_say_yes_gets_nothing(readers: Readers) -> None:
    silent, restricted, said_no, unverified = readers.settle(4)
    with readers.unit.database.begin() as connection:
        connection.execute("DELETE FROM consents WHERE account_id = %s", [silent])
        connection.execute("UPDATE accounts SET verified_at = NULL WHERE id = %s", [unverified])
    readers.say(restricted, granted=False, purpose=PROCESSING)
    readers.say(said_no, granted=False)
    sent = readers.begin()
    readers.run()
    assert readers.letters() == [0, 0, 0, 0]
    assert readers.told(sent) == {"state": "sent"}


def test_a_no_that_comes_after_the_letter_was_written_is_heard(readers: Readers) -> None:
    first, second, _ = readers.settle(3)
    sent = readers.begin()
    assert readers.write() == 3
    readers.say(first, granted=False)
    readers.say(second, granted=False, purpose=PROCESSING)
    readers.run()
    assert readers.letters() == [0, 0, 1]
    assert readers.told(sent) == {"state": "sent", "entitled": 3, "sent": 1, "passed_over": 2}
    readers.say(first, granted=True)
    readers.run()
    assert readers.letters() == [0, 0, 1], "what is over is not begun again"


def test_a_yes_that_comes_while_it_goes_out_is_heard(readers: Readers) -> None:
    early, *_ = readers.settle(5)
    readers.say(early, granted=False)
    readers.pace = SLOW
    sent = readers.begin()
    assert readers.write() == 2
    readers.post.deliver()
    readers.say(early, granted=True)
    readers.run()
    assert readers.letters() == [1] * 5
    assert readers.told(sent) == {"state": "sent", "entitled": 5, "sent": 5}


def test_whoever_is_erased_in_the_middle_gets_nothing_and_the_counts_stay_right(readers: Readers) -> None:
    before, leaving, gone, *_ = readers.settle(5)
    readers.leave(before)
    sent = readers.begin()
    assert readers.write() == 4
    readers.be_gone(gone)
    readers.be_gone(leaving)
    readers.run()
    assert readers.letters() == [0, 0, 0, 1, 1]
    assert readers.told(sent) == {"state": "sent", "entitled": 4, "sent": 2, "passed_over": 2}


@pytest.mark.parametrize("written", range(3))
def test_who_dies_in_the_middle_writes_to_nobody_twice_and_forgets_nobody(readers: Readers, written: int) -> None:
    readers.settle(5)
    readers.pace = SLOW
    sent = readers.begin()

    def die(work: Work) -> None:
        """A worker writes so many letters and dies before any of it is committed."""
        sending = work.announcements.claim()
        assert sending is not None
        for person in work.news.next_people(sending, limit=written):
            news._write(work, sending.id, person)  # pyright: ignore[reportPrivateUsage]
        raise Dies

    for _ in range(3):
        readers.clock.advance(timedelta(seconds=5))
        with suppress(Dies), readers.unit.begin() as work:
            die(work)
        readers.herald.write_next()
        readers.post.deliver()
    readers.run()
    assert readers.letters() == [1] * 5
    assert readers.told(sent) == {"state": "sent", "entitled": 5, "sent": 5}


def test_a_letter_somebody_died_over_is_not_sent_again(readers: Readers) -> None:
    readers.settle(2)
    sent = readers.begin()
    readers.write()
    with readers.unit.begin() as work:
        dying = mails.claim_mail(work)
    assert dying is not None
    readers.clock.advance(timedelta(hours=1))
    readers.run()
    assert sorted(readers.letters()) == [0, 1]
    assert readers.told(sent) == {"state": "sent", "entitled": 2, "sent": 1, "uncertain": 1}
    with readers.unit.begin() as work:
        mails.settle_mail(work, dying, mails.Fate.SENT)
    assert readers.told(sent) == {"state": "sent", "entitled": 2, "sent": 2}, "whoever was only slow says so"
    assert len(disclosures_of(readers)) == 2, "each try is on record once, whoever tells of it"


def disclosures_of(readers: Readers) -> set[UUID]:
    with readers.unit.database.begin() as connection:
        rows = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
    events = [decode(body, EVENTS).event for (body,) in rows]
    told = [event for event in events if isinstance(event, PartnerDisclosed)]
    assert {event.purpose for event in told} == {"U6"}
    return {event.disclosure_id for event in told}


@pytest.mark.parametrize(
    ("trouble", "became", "again"),
    [
        (MailUnknown(), {"uncertain": 1}, 0),
        (MailRefused(554), {"refused": 1}, 0),
        (AddressRefused(550), {"refused": 1}, 0),
        (MailUnsettled(), {"sent": 1}, 1),
        (Unavailable(), {"sent": 1}, 1),
    ],
)
def test_only_what_was_surely_not_taken_is_tried_again(
    readers: Readers, trouble: Exception, became: dict[str, int], again: int
) -> None:
    readers.settle(1)
    sent = readers.begin()
    readers.write()
    readers.post.trouble = [trouble]
    readers.post.deliver(at_most=1)
    readers.run()
    assert readers.letters() == [again]
    assert readers.told(sent) == {"state": "sent", "entitled": 1, **became}


def test_workers_side_by_side_write_to_everybody_once(readers: Readers) -> None:
    readers.settle(12)
    readers.pace = SLOW
    sent = readers.begin()
    for _ in range(8):
        readers.clock.advance(timedelta(seconds=5))
        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(lambda herald: herald.write_next(), [readers.herald] * 4)) <= 2
        readers.post.deliver()
    readers.run()
    assert readers.letters() == [1] * 12
    assert readers.told(sent) == {"state": "sent", "entitled": 12, "sent": 12}


def test_no_more_letters_go_out_in_a_minute_than_wanted_and_no_more_wait_for_a_server_that_is_away(
    readers: Readers,
) -> None:
    readers.settle(40)
    readers.pace = SLOW
    readers.begin()
    assert [readers.herald.write_next() for _ in range(3)] == [2, 0, 0]
    # Nobody takes mail for two minutes: a minute's letters wait, and no more.
    assert sum(readers.write() for _ in range(24)) + 2 == SLOW.per_minute
    readers.post.deliver()
    assert sum(readers.write() for _ in range(3)) == 6


def test_a_letter_somebody_waits_for_goes_before_news(readers: Readers) -> None:
    ada, *_ = readers.settle(3)
    readers.begin()
    readers.write()
    readers.clock.advance(timedelta(seconds=1))
    with readers.unit.begin() as work:
        work.mails.add(ada, "verify")
    readers.post.deliver(at_most=1)
    assert readers.letters() == [0, 0, 0]


def test_it_can_be_stopped_while_it_goes_out_and_what_is_on_its_way_arrives(readers: Readers) -> None:
    readers.settle(5)
    sent = readers.begin()
    readers.write()
    with readers.unit.begin() as work:
        on_its_way = mails.claim_mail(work)
    assert on_its_way is not None
    with readers.unit.begin() as work:
        assert announcements.stop(work, sent) == 4
    with readers.unit.begin() as work:
        mails.settle_mail(work, on_its_way, mails.Fate.SENT)
    readers.run()
    assert readers.told(sent) == {"state": "stopped", "entitled": 5, "sent": 1, "passed_over": 4}
    for again in (announcements.stop, lambda work, each: announcements.send(work, each, shown=5)):
        with readers.unit.begin() as work, pytest.raises(WrongMoment):
            again(work, sent)


def test_it_is_begun_once_however_often_and_by_how_many_it_is_asked_for(readers: Readers) -> None:
    readers.settle(2)
    with readers.unit.begin() as work:
        draft = announcements.draft(work, WORDS)
        announcements.finish(work, draft)

    def press(_: int) -> bool:
        with suppress(WrongMoment), readers.unit.begin() as work:
            announcements.send(work, draft, shown=2)
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(press, range(8))) == 1
    readers.run()
    assert readers.letters() == [1, 1]


def test_another_number_than_was_shown_sends_nothing(readers: Readers) -> None:
    readers.settle(8)
    with readers.unit.begin() as work:
        draft = announcements.draft(work, WORDS)
        announcements.finish(work, draft)
    with readers.unit.begin() as work, pytest.raises(OtherNumber):
        announcements.send(work, draft, shown=1)
    readers.run()
    assert readers.letters() == [0] * 8


def test_each_reads_it_in_her_language_and_everybody_else_in_english(readers: Readers) -> None:
    (german, _) = readers.settle(2)
    with readers.unit.database.begin() as connection:
        connection.execute("UPDATE accounts SET language = 'de' WHERE id = %s", [german])
    readers.begin({**WORDS, **GERMAN})
    readers.run()
    assert (readers.letters("Ein neuer Stil"), readers.letters()) == ([1, 0], [0, 1])
    letter = readers.post.boxes[f"{german}@example.org"][-1]
    assert "Hallo Ada" in letter.text
    assert "<em>da</em>" in letter.html
    readers.begin()
    readers.run()
    assert readers.letters() == [1, 2], "what is not written in German comes in English"


def test_a_test_goes_to_whoever_asks_and_needs_no_yes(readers: Readers) -> None:
    writer, _ = readers.settle(2)
    readers.say(writer, granted=False)
    with readers.unit.begin() as work:
        draft = announcements.draft(work, {**WORDS, **GERMAN})
        announcements.try_out(work, draft, writer)
    readers.post.deliver()
    assert readers.letters(f"Test: {SUBJECT}") == readers.letters("Test: Ein neuer Stil") == [1, 0]
    with readers.unit.begin() as work:
        announcements.try_out(work, draft, writer)
        announcements.discard(work, draft)
    readers.post.deliver()
    assert readers.letters(f"Test: {SUBJECT}") == [1, 0]
    with readers.unit.database.begin() as connection:
        rows = connection.execute("SELECT DISTINCT state FROM mails WHERE template = %s", [TEST_MAIL]).fetchall()
    assert sorted(rows) == [("refused",), ("sent",)], "what was thrown away waits for nothing"


def test_every_letter_says_how_to_stop_and_a_mail_program_can_do_it(readers: Readers) -> None:
    readers.settle(1)
    readers.begin()
    readers.run()
    (letter,) = readers.post.letters
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in letter.text
    assert link in letter.html
    assert "you said on the privacy page that you want news" in letter.text
    assert len(letter.trace) == 40


def test_a_no_by_the_link_counts_at_once_and_reaches_privacy_once_it_is_back(readers: Readers) -> None:
    ada, _ = readers.settle(2)
    first = readers.begin()
    readers.run()
    second = readers.begin()
    readers.write()
    readers.privacy_is_away = True
    readers.unsubscribe(first, ada)
    readers.unsubscribe(first, ada)
    readers.post.deliver()
    assert readers.letters() == [1, 2], "what was queued for her does not go"
    assert [readers.herald.pass_on_next() for _ in range(2)] == [1, 0]
    assert readers.passed_on == []
    readers.privacy_is_away = False
    readers.clock.advance(timedelta(minutes=15))
    assert [readers.herald.pass_on_next() for _ in range(2)] == [1, 0]
    assert readers.passed_on == [ada]
    readers.run()
    assert readers.told(first) == {"state": "sent", "entitled": 2, "sent": 2, "unsubscribed": 1}
    assert readers.told(second) == {"state": "sent", "entitled": 2, "sent": 1, "passed_over": 1}


def test_a_link_that_is_used_again_after_a_new_yes_is_a_new_no_and_counted_once(readers: Readers) -> None:
    (ada,) = readers.settle(1)
    sent = readers.begin()
    readers.run()
    readers.unsubscribe(sent, ada)
    readers.herald.pass_on_next()
    readers.say(ada, granted=True)
    readers.unsubscribe(sent, ada)
    readers.herald.pass_on_next()
    assert readers.passed_on == [ada, ada]
    assert readers.told(sent)["unsubscribed"] == 1


def test_after_three_letters_that_came_back_news_is_paused_until_the_address_is_confirmed(readers: Readers) -> None:
    ada, _ = readers.settle(2)
    for _ in range(2):
        readers.post.dead_boxes = {f"{ada}@example.org"}
        readers.begin()
        readers.run()
    readers.post.dead_boxes = set()
    third = readers.begin()
    readers.run()
    assert readers.bounce(third, ada)
    assert not readers.bounce(third, ada), "the same letter comes back once"
    assert readers.told(third) == {"state": "sent", "entitled": 2, "sent": 2, "bounced": 1}
    assert readers.letters() == [1, 3]
    fourth = readers.begin()
    readers.run()
    assert readers.told(fourth) == {"state": "sent", "entitled": 1, "sent": 1}
    with readers.unit.begin() as work:
        assert work.news.readers() == (1, 1)
        work.news.forget_trouble(ada)
    readers.begin()
    readers.run()
    assert readers.letters() == [2, 5]


def test_what_says_nothing_of_the_mailbox_pauses_nobody(readers: Readers) -> None:
    (ada,) = readers.settle(1)
    for _ in range(4):
        sent = readers.begin()
        readers.run()
        assert readers.bounce(sent, ada, of_mailbox=False)
    with readers.unit.begin() as work:
        assert work.news.readers() == (1, 0)


def test_letters_that_come_back_half_a_year_apart_pause_nobody(readers: Readers) -> None:
    (ada,) = readers.settle(1)
    with readers.unit.begin() as work:
        for _ in range(2):
            work.news.note_trouble(ada)
    readers.clock.advance(timedelta(days=181))
    with readers.unit.begin() as work:
        work.news.note_trouble(ada)
        assert work.news.paused_since(ada) is None


def test_a_draft_two_people_change_is_not_lost(readers: Readers) -> None:
    with readers.unit.begin() as work:
        draft = announcements.draft(work, WORDS)
        changed = announcements.rewrite(work, draft, {**WORDS, **GERMAN}, revision=1)
        assert (changed.revision, set(changed.texts)) == (2, {Language.ENGLISH, Language.GERMAN})
        assert announcements.rewrite(work, draft, changed.texts, revision=1).revision == 2
        with pytest.raises(announcements.ChangedMeanwhile):
            announcements.rewrite(work, draft, WORDS, revision=1)
        announcements.finish(work, draft)
        with pytest.raises(WrongMoment):
            announcements.rewrite(work, draft, WORDS, revision=2)
