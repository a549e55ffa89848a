"""Letters about questions: each says that something is there, never what; and none is lost, however the server is."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from common.clock import MovableClock
from common.erasure.fence import Fence, PersonGone
from common.erasure.tombstones import Tombstones
from common.inventory.expiring import forget_expired
from common.work import UnitOfWork
from gateway.domain.tickets import ACKNOWLEDGED_WITHIN, KEPT_AFTER_CLOSING, QUIET_AFTER, NoSuchTicket
from gateway.inventory import INVENTORY
from gateway.jobs.desk import Desk
from gateway.repository import Work
from gateway.use_cases import mails, tickets
from gateway.use_cases.mails import Fate
from tests.integration.gateway.asking import ANSWER, QUESTION, answered, by_link, guest_of, send, waiting
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import Person, Studio

GUEST = "guest@example.org"


@pytest.fixture
def post(studio: Studio) -> PostOffice:
    return PostOffice(studio.service.unit)


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


@pytest.fixture
def later(studio: Studio) -> tuple[UnitOfWork[Work], MovableClock]:
    """The same rooms under a clock that can be moved."""
    service, clock = studio.service.unit, MovableClock()
    return UnitOfWork(service="gateway", database=service.database, build=service.build, clock=clock), clock


def ask(ada: Person) -> dict[str, Any]:
    made = ada.ask("POST", "/v1/support/tickets", json={"message": QUESTION})
    assert made.status_code == 201
    return made.get_json()


def test_a_question_is_acknowledged_at_once_and_the_letter_leads_to_it(studio: Studio, post: PostOffice) -> None:
    reference = send(studio, name="Grace").get_json()["reference"]
    post.deliver()
    (letter,) = post.boxes[GUEST]
    assert reference in letter.subject
    assert "Answers to this mail are not read" in letter.text
    thread = by_link(studio, letter.link).thread()
    assert (thread["reference"], thread["acknowledged_at"] is not None) == (reference, True)
    assert waiting(studio).oldest_unacknowledged is None


def test_no_letter_says_what_was_written_nor_words_that_a_stranger_chose(studio: Studio, post: PostOffice) -> None:
    reference = send(studio, name="Buy at shop.example").get_json()["reference"]
    answered(studio, reference)
    post.deliver()
    told = repr(post.boxes[GUEST])
    assert len(post.boxes[GUEST]) == 2
    assert not any(words in told for words in (QUESTION, ANSWER, "shop.example"))


def test_while_the_mail_server_is_away_the_question_stands_and_is_acknowledged_later(
    studio: Studio, post: PostOffice
) -> None:
    post.away = True
    assert send(studio).status_code == 201
    post.deliver(at_most=1)
    assert waiting(studio).oldest_unacknowledged is not None
    post.away = False
    post.deliver()
    assert len(post.boxes[GUEST]) == 1
    assert waiting(studio).oldest_unacknowledged is None


def test_an_address_that_does_not_exist_keeps_no_promise_open(studio: Studio, post: PostOffice) -> None:
    post.dead.add(GUEST)
    send(studio)
    post.deliver()
    assert waiting(studio).oldest_unacknowledged is None
    assert waiting(studio).unanswered == 1, "a person still reads it"


def test_whoever_dies_between_sending_and_writing_it_down_sends_again_and_it_is_acknowledged(
    studio: Studio, post: PostOffice
) -> None:
    send(studio)
    with studio.service.unit.begin() as work:
        assert mails.claim_mail(work) is not None  # and here it died
    assert waiting(studio).oldest_unacknowledged is not None
    post.deliver()
    assert waiting(studio).oldest_unacknowledged is None


def test_what_became_of_a_letter_changes_nothing_when_its_question_is_gone(studio: Studio, post: PostOffice) -> None:
    send(studio)
    with studio.service.unit.begin() as work:
        sending = mails.claim_mail(work)
        assert sending is not None
        assert sending.mail.ticket_id is not None
        work.tickets.drop(sending.mail.ticket_id)
    with studio.service.unit.begin() as work:
        mails.settle_mail(work, sending, Fate.SENT)
    post.deliver()
    assert post.letters == []


def test_letters_to_people_with_an_account_are_on_their_record(studio: Studio, post: PostOffice, ada: Person) -> None:
    answered(studio, ask(ada)["reference"])
    post.deliver()
    studio.carry()
    told = ada.get("/v1/privacy/disclosures").get_json()["items"]
    assert [each["why"] for each in told].count("To answer what you asked the studio") == 2
    assert (
        post.boxes[ada.email][-1].link
        == f"https://localhost/support#{ada.get('/v1/support/tickets').get_json()['items'][0]['id']}"
    )


def test_the_address_that_was_confirmed_last_gets_the_answer(studio: Studio, post: PostOffice, ada: Person) -> None:
    made, new = ask(ada), f"corrected.{ada.email}"
    with studio.service.unit.begin() as work:
        work.accounts.correct_address(ada.id, new)
    answered(studio, made["reference"])
    post.deliver()
    assert made["reference"] in post.boxes[new][-1].subject


def test_nobody_answers_who_leaves_and_nothing_waits_for_who_left(
    studio: Studio, post: PostOffice, ada: Person
) -> None:
    reference, unit, fence = ask(ada)["reference"], studio.service.unit, Fence(b"f" * 32)
    fenced = UnitOfWork(service="gateway", database=unit.database, build=unit.build, fence=fence)
    with fenced.open() as opened:
        Tombstones(opened.connection).add(fence.mark(ada.id), opened.clock.new_id(), at=opened.clock.now())
    with pytest.raises(PersonGone), fenced.begin(person=ada.id) as work:
        tickets.answer(work, reference, ANSWER, operator="mira")
    with unit.database.begin() as connection:
        connection.execute("DELETE FROM accounts WHERE id = %s", [ada.id])
    with pytest.raises(NoSuchTicket):
        answered(studio, reference)
    post.deliver()
    assert post.letters == []


def test_an_answer_nobody_comes_back_to_closes_its_question_and_a_year_later_it_is_forgotten(
    studio: Studio, post: PostOffice, later: tuple[UnitOfWork[Work], MovableClock]
) -> None:
    guest = guest_of(studio, post)
    answered(studio, guest.thread()["reference"])
    unit, clock = later
    clock.advance(QUIET_AFTER - timedelta(hours=1))
    assert Desk(unit).close_quiet() == 0
    clock.advance(timedelta(hours=2))
    assert (Desk(unit).close_quiet(), Desk(unit).close_quiet()) == (1, 0)
    assert guest.thread()["state"] == "closed"
    clock.advance(KEPT_AFTER_CLOSING)
    with unit.database.begin() as connection:
        forgotten = forget_expired(connection, INVENTORY, clock.now())
    assert (forgotten["tickets"], guest.ask("GET").status_code) == (1, 404)


def test_a_question_that_waits_is_never_forgotten(
    studio: Studio, post: PostOffice, later: tuple[UnitOfWork[Work], MovableClock]
) -> None:
    guest = guest_of(studio, post)
    unit, clock = later
    clock.advance(timedelta(days=2000))
    with unit.database.begin() as connection:
        forget_expired(connection, INVENTORY, clock.now())
    assert (Desk(unit).close_quiet(), len(guest.thread()["messages"])) == (0, 1)


def test_the_time_to_the_first_answer_is_measured_once(
    studio: Studio, post: PostOffice, later: tuple[UnitOfWork[Work], MovableClock]
) -> None:
    unit, clock = later
    desk, guest, before = Desk(unit), guest_of(studio, post), measured("support_first_answer_seconds_sum")
    clock.advance(timedelta(hours=5))
    desk.measure()
    assert measured("support_unanswered") == 1
    assert measured("support_oldest_unanswered_seconds") == pytest.approx(5 * 3600, abs=60)
    with unit.begin() as work:
        tickets.answer(work, guest.thread()["reference"], ANSWER, operator="mira")
    assert (desk.measure(), desk.measure()) == (1, 0)
    assert measured("support_first_answer_seconds_sum") - before == pytest.approx(5 * 3600, abs=60)
    assert measured("support_unanswered") == 0


def measured(name: str) -> float:
    """A figure as it is now."""
    return REGISTRY.get_sample_value(name) or 0.0


def test_writing_again_waits_since_the_first_message_that_nobody_answered(
    studio: Studio, post: PostOffice, later: tuple[UnitOfWork[Work], MovableClock]
) -> None:
    unit, clock = later
    guest = guest_of(studio, post)
    answered(studio, guest.thread()["reference"])
    clock.advance(timedelta(hours=1))
    asker, began = tickets.Asker(account_id=None), clock.now()
    for _ in range(2):
        with unit.begin() as work:
            tickets.reply(
                work, asker, work.tickets.called(guest.thread()["reference"]) or clock.new_id(), "And?", allowed=[]
            )
        clock.advance(ACKNOWLEDGED_WITHIN)
    assert abs(waiting(studio).oldest_unanswered - began) < timedelta(minutes=1)
