"""Questions to the studio, as people ask them and operators answer."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from gateway.use_cases import tickets
from tests.fixtures.customer import Answer
from tests.integration.gateway.post_office import PostOffice
from tests.integration.gateway.studio import ORIGIN, Studio

QUESTION = "Where is the photo of my grandfather?"
ANSWER = "It was deleted at 19:42, right after the figurine had failed."


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody without an account, by the link of a letter."""

    studio: Studio
    ticket_id: str
    key: str

    def ask(
        self, method: str, path: str = "", *, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """A request with the key of the link."""
        given = {"Ticket-Key": self.key, **(headers or {})}
        address = f"/v1/support/tickets/{self.ticket_id}{path}"
        return self.studio.client().open(address, method=method, headers=given, base_url=ORIGIN, **options)

    def thread(self) -> Answer:
        """Her question and its answers."""
        read = self.ask("GET")
        assert read.status_code == 200, read.get_json()
        return read.get_json()


def send(studio: Studio, *, key: str | None = None, address: str = "203.0.113.7", **body: object) -> TestResponse:
    """Ask without being signed in."""
    headers = {"Idempotency-Key": key} if key else {}
    asked = {"topic": "photo", "message": QUESTION, "email": "guest@example.org", **body}
    given = {name: value for name, value in asked.items() if value is not None}
    return studio.client().post(
        "/v1/support/tickets", json=given, headers=headers, base_url=ORIGIN, environ_base={"REMOTE_ADDR": address}
    )


def guest_of(studio: Studio, post: PostOffice, email: str = "guest@example.org") -> Guest:
    """Ask, and follow the link of the letter that comes."""
    assert send(studio, email=email).status_code == 201
    post.deliver()
    return by_link(studio, post.link_to(email))


def by_link(studio: Studio, link: str) -> Guest:
    parts = urlsplit(link)
    assert parts.path == "/support", "what a server hears of a link opens nothing"
    ticket_id, _, key = parts.fragment.partition(".")
    return Guest(studio, ticket_id, key)


def answered(studio: Studio, reference: str, text: str = ANSWER) -> None:
    """The studio answers."""
    with studio.service.unit.begin() as work:
        tickets.answer(work, reference, text, operator="mira")


def waiting(studio: Studio) -> Any:
    """Who waits, as probes and metrics see it."""
    with studio.service.unit.begin() as work:
        return work.answer_times.waiting()
