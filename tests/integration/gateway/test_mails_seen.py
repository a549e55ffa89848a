"""Promise T5 for letters: a person finds a record of each that went out, and one that is missing there is found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from common.clock import MovableClock
from common.erasure import PersonGone
from common.probes import Finding, Found, Look
from common.work import UnitOfWork
from gateway.adapters.peers import Peers
from gateway.jobs.mails_seen import look_for_untold_mails
from gateway.use_cases import mails
from gateway.wiring import told_the_relay
from tests.integration.gateway.studio import Person, Studio

LATER = timedelta(minutes=6)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def ada(studio: Studio) -> Person:
    person = studio.sign_up()
    change(studio, "DELETE FROM mails")
    return person


@pytest.fixture
def peers_of(studio: Studio) -> Peers:
    (peers,) = [port for port in studio.service.ports if isinstance(port, Peers)]
    return peers


@pytest.fixture
def look(studio: Studio, peers_of: Peers, clock: MovableClock) -> Callable[[], Finding]:
    seeing = Look(database=studio.service.unit.database, clock=clock)
    return lambda: look_for_untold_mails(seeing, lambda account_id: told_the_relay(peers_of, account_id))


def change(studio: Studio, statement: str, *values: object) -> None:
    with studio.service.unit.database.begin() as connection:
        connection.execute(statement.encode(), values)


@pytest.fixture
def send(studio: Studio, ada: Person, clock: MovableClock) -> Callable[..., None]:
    """A letter to Ada that is sent at once; and privacy hears of it, unless that is lost."""

    def send(*, lost: bool = False) -> None:
        service = studio.service.unit
        unit = UnitOfWork(service="gateway", database=service.database, build=service.build, clock=clock)
        with unit.begin() as work:
            work.mails.add(ada.id, "verify")
        with unit.begin() as work:
            sending = mails.claim_mail(work)
            assert sending is not None
        with unit.begin() as work:
            mails.settle_mail(work, sending, mails.Fate.SENT)
        if lost:
            change(studio, "DELETE FROM outbox WHERE type = 'partner.disclosed'")
        studio.settle()

    return send


def test_letters_are_on_record_where_their_reader_looks(
    look: Callable[[], Finding], send: Callable[..., None], clock: MovableClock
) -> None:
    send()
    send()
    # What was sent just now may still be on its way there.
    assert look().figures["letters"] == 0
    clock.advance(LATER)
    found = look()
    assert (found.state, found.figures["letters"]) == (Found.KEPT, 2), found
    clock.advance(timedelta(days=1))
    assert look().figures["letters"] == 0


def test_a_letter_whose_record_was_lost_is_found(
    look: Callable[[], Finding], send: Callable[..., None], clock: MovableClock, studio: Studio, ada: Person
) -> None:
    send()
    send(lost=True)
    assert look().state is Found.KEPT
    clock.advance(LATER)
    found = look()
    assert (found.state, found.figures["untold"]) == (Found.BROKEN, 1)
    # Whoever leaves loses her records before her letters.
    change(
        studio,
        """
        INSERT INTO erasures (request_id, user_id, state, fenced_at, next_try_at)
        VALUES (gen_random_uuid(), %s, 'fenced', now(), 'infinity')
        """,
        ada.id,
    )
    try:
        assert look().state is Found.KEPT
    finally:
        change(studio, "DELETE FROM erasures WHERE user_id = %s", ada.id)


def test_whoever_privacy_knows_no_more_is_passed_over(
    studio: Studio, send: Callable[..., None], clock: MovableClock
) -> None:
    send()
    clock.advance(LATER)

    def gone(_account_id: UUID) -> Any:
        raise PersonGone

    assert look_for_untold_mails(Look(database=studio.service.unit.database, clock=clock), gone).state is Found.KEPT
