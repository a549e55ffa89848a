"""Somebody who uses the studio while it is harmed."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from common.contracts.consents import GEMINI, POLICY_VERSIONS
from ops.canary.life import PHOTO
from ops.canary.person import Person
from ops.demo.answers import ENDED, Figurine
from ops.demo.failures import DemoFailed
from ops.demo.waiting import wait_for

SECONDS: Final = 120.0
# One that the studio's own engine paints, and one that only the partner does.
OWN_STYLE, PARTNERS_STYLE = "acrylic-standee", "clay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person, and what she signs in with."""

    person: Person
    id: str
    password: str

    def settle(self) -> None:
        """Have figurines: one that was painted here, and one by the partner, whom she allows it. Raises DemoFailed."""
        rated = self.order(OWN_STYLE)
        self.person.say(GEMINI, granted=True)
        self.order(PARTNERS_STYLE)
        # Words that lie sealed under a key of hers for the whole time.
        self.person.rate(rated.id, stars=4, comment="The base is a little wide.")
        # There for the whole time.
        self.copy()

    def order(self, style: str) -> Figurine:
        """A figurine that was made. Raises DemoFailed."""
        wait_for(lambda: self.person.balance().available or None, "The trial credits", seconds=SECONDS)
        wait_for(lambda: self._offered(style), "The style wall", seconds=SECONDS)
        ordered = self.person.order(PHOTO, style=style, title="Broken on purpose")
        made = wait_for(lambda: self._ended(ordered), "The figurine", seconds=SECONDS)
        if made.state != "succeeded":
            message = f"A figurine that is to be harmed ended as {made.state}."
            raise DemoFailed(message)
        return made

    def copy(self) -> UUID:
        """The request of a copy that is ready; asked for anew where there is none."""
        request = self.person.ask("access")
        wait_for(lambda: self.person.request(request.id).state == "ready" or None, "The copy", seconds=SECONDS)
        return request.id

    def _offered(self, style: str) -> bool | None:
        return style in {each.id for each in self.person.styles()} or None

    def _ended(self, ordered: Figurine) -> Figurine | None:
        now = self.person.figurine(ordered.id)
        return now if now.state in ENDED else None


def newcomer(url: str, *, ca: Path) -> Newcomer:
    """Sign up and in. Raises DemoFailed."""
    person, password = Person(url, ca=ca), secrets.token_urlsafe(18)
    email = f"newcomer-{secrets.token_hex(8)}@prove.example"
    account = person.sign_up(email=email, password=password, name="Newcomer", policy_version=POLICY_VERSIONS[-1])
    person.sign_in(email=email, password=password)
    return Newcomer(person=person, id=str(account.id), password=password)
