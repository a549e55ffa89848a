"""What the mail server is told is on record, try by try: sent, refused, left in the open, and died over."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from common.clock import MovableClock
from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.adapters.letters import JinjaLetters
from gateway.adapters.links import Links
from gateway.jobs import Office
from gateway.ports import MailRefused, MailUnsettled, Unwritable
from gateway.repository import Work
from gateway.repository.mails import MAX_ATTEMPTS
from tests.integration.gateway.studio import ORIGIN, Person, Studio


class Dies(BaseException):
    """The process died here."""


@dataclass(kw_only=True)
class Relay:
    """A mail server that does as it is told, once each, and then takes every mail."""

    will: list[BaseException] = field(default_factory=list[BaseException])
    told: int = 0

    def send(self, **_mail: Any) -> None:
        outcome = self.will.pop(0) if self.will else None
        # Whoever is not reached, or cannot be written to, is told nothing.
        self.told += not isinstance(outcome, Unwritable) and type(outcome) is not Unavailable
        if outcome is not None:
            raise outcome


@dataclass(kw_only=True)
class Post:
    """The gateway's office, its clock, and the mail server."""

    unit: UnitOfWork[Work]
    clock: MovableClock
    relay: Relay
    office: Office

    def disclosed(self, ada: Person) -> list[dict[str, Any]]:
        """What was told of her, as events."""
        with self.unit.database.begin() as connection:
            rows = connection.execute(
                "SELECT convert_from(body, 'UTF8')::jsonb -> 'data' FROM outbox WHERE type = 'partner.disclosed'"
            ).fetchall()
        return [data for (data,) in rows if data["user_id"] == str(ada.id)]

    def run(self) -> None:
        """Until every mail has its end, however long that takes."""
        for _ in range(MAX_ATTEMPTS + 2):
            with suppress(Dies):
                while self.office.send_next_mail():
                    pass
            self.clock.advance(timedelta(days=3))


@pytest.fixture
def post(studio: Studio, ada: Person) -> Iterator[Post]:
    service = studio.service.unit
    clock = MovableClock()
    unit = UnitOfWork(service="gateway", database=service.database, build=service.build, clock=clock)
    relay = Relay()
    links = Links(b"k" * 32, public_url=ORIGIN, clock=clock)
    with unit.database.begin() as connection:
        connection.execute("DELETE FROM mails WHERE account_id IS DISTINCT FROM %s", [ada.id])
    office = Office(
        unit=unit,
        mailer=relay,
        letters=JinjaLetters(links),
        styles=lambda: [],
        documents=lambda _user, _document: (_ for _ in ()).throw(Unavailable()),
    )
    yield Post(unit=unit, clock=clock, relay=relay, office=office)
    with unit.database.begin() as connection:
        connection.execute("DELETE FROM mails WHERE account_id = %s", [ada.id])


@pytest.fixture
def ada(studio: Studio) -> Person:
    return studio.sign_up()


def unsettled() -> list[BaseException]:
    return [MailUnsettled(), MailUnsettled()]


OUTCOMES: dict[str, Callable[[], list[BaseException]]] = {
    "sent": list,
    "refused": lambda: [MailRefused()],
    "no address at all": lambda: [Unwritable()],
    "away at first": lambda: [Unavailable(), Unavailable()],
    "told and not taken at first": unsettled,
    "never taken": lambda: [MailUnsettled() for _ in range(MAX_ATTEMPTS + 1)],
    "never there": lambda: [Unavailable() for _ in range(MAX_ATTEMPTS + 1)],
    "died over it twice": lambda: [Dies(), Dies()],
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_the_mail_server_was_told_is_one_disclosure_each_time(post: Post, ada: Person, outcome: str) -> None:
    post.relay.will = OUTCOMES[outcome]()
    post.run()
    told = post.disclosed(ada)
    assert len(told) == post.relay.told
    assert len({data["disclosure_id"] for data in told}) == len(told)
    assert {(data["partner"], data["kind"], data["purpose"]) for data in told} <= {
        ("mail_relay", "address_and_letter", "U1")
    }


def test_a_letter_whose_document_is_away_is_told_to_nobody(post: Post, ada: Person) -> None:
    with post.unit.begin() as work:
        work.mails.add(ada.id, "invoice-paid", parameters={"number": "1", "total": "2"}, attachment=work.clock.new_id())
    post.run()
    assert [data["kind"] for data in post.disclosed(ada)] == ["address_and_letter"]
    assert post.relay.told == 1
