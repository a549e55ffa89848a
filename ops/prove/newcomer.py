"""Somebody who uses the studio while it is harmed."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from common.contracts.consents import POLICY_VERSIONS
from ops.canary.life import PHOTO
from ops.canary.person import Person
from ops.demo.answers import ENDED, Figurine
from ops.demo.waiting import wait_for

SECONDS = 120.0
STYLE = "acrylic-standee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person, and what she signs in with."""

    person: Person
    id: str
    password: str

    def order(self) -> Figurine:
        """A figurine, once it came to its end."""
        wait_for(lambda: self.person.balance().available or None, "The trial credits", seconds=SECONDS)
        wait_for(lambda: self.person.styles() or None, "The style wall", seconds=SECONDS)
        ordered = self.person.order(PHOTO, style=STYLE, title="Broken on purpose")
        return wait_for(lambda: self._ended(ordered), "The figurine", seconds=SECONDS)

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
