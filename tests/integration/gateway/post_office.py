"""The gateway's mail, as its job writes and sends it, into mailboxes of the test's own."""

import base64
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.clock import SYSTEM_CLOCK
from common.errors import Unavailable
from common.work import UnitOfWork
from gateway.adapters.letters import JinjaLetters
from gateway.adapters.links import Links
from gateway.jobs import Office
from gateway.ports import AddressRefused, Attachment, MailRefused
from gateway.repository import Work
from gateway.wiring import derived
from tests.integration.gateway.studio import INDEX_KEY, ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that arrived."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    trace: str = ""

    @property
    def link(self) -> str:
        """The one link in it; the HTML has it too."""
        (link,) = [word for word in self.text.split() if word.startswith("https://")]
        assert link in self.html
        return link


@dataclass(kw_only=True)
class PostOffice:
    """Mailboxes by address; some may be dead, or the server away."""

    unit: UnitOfWork[Work]
    boxes: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict[str, list[Letter]](list))
    dead: set[str] = field(default_factory=set[str])
    away: bool = False
    # Mailboxes of which the server says so, and what goes wrong with the next mails, once each.
    dead_boxes: set[str] = field(default_factory=set[str])
    trouble: list[Exception] = field(default_factory=list[Exception])

    def __init__(self, unit: UnitOfWork[Work]) -> None:
        self.unit = unit
        self.boxes, self.dead, self.away = defaultdict(list), set(), False
        self.dead_boxes, self.trouble = set(), []
        links = Links(derived(base64.b64decode(INDEX_KEY), "links"), public_url=ORIGIN, clock=SYSTEM_CLOCK)
        self._office = Office(
            unit=unit, mailer=self, letters=JinjaLetters(links), styles=list[Any], documents=self._no_document
        )

    @property
    def letters(self) -> list[Letter]:
        """Everything that arrived, box by box in the order of the first letter to each."""
        return [letter for box in self.boxes.values() for letter in box]

    def deliver(self, at_most: int = 200) -> None:
        """Send what waits, what was tried before too, and what was only wished for."""
        while self._office.see_to_recovery():
            pass
        with self.unit.database.begin() as connection:
            connection.execute("UPDATE mails SET next_try_at = created_at")
        for _ in range(at_most):
            if not self._office.send_next_mail():
                return

    def link_to(self, address: str) -> str:
        """The link in the last letter to an address."""
        return self.boxes[address][-1].link

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str,
        attachment: Attachment | None = None,
        headers: Mapping[str, str] | None = None,
        trace: str = "",
    ) -> None:
        """As the gateway's mailer."""
        assert attachment is None
        if self.away:
            raise Unavailable
        if self.trouble:
            raise self.trouble.pop(0)
        if to in self.dead:
            raise MailRefused
        if to in self.dead_boxes:
            raise AddressRefused
        self.boxes[to].append(Letter(to=to, subject=subject, text=text, html=html, headers=headers or {}, trace=trace))

    @staticmethod
    def _no_document(*_ids: object) -> Attachment:
        raise AssertionError("no letter here has a document")
