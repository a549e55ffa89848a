"""Who is in the pictures: somebody with figurines, and somebody of the studio's."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import pyotp
from pydantic import BaseModel
from pyotp.totp import TOTP

from common.clock import SYSTEM_CLOCK
from common.contracts.consents import GEMINI, POLICY_VERSIONS
from gateway.domain.staff import Role
from gateway.wiring import build
from ops.canary.person import Person
from ops.demo.answers import ENDED, Figurine
from ops.demo.endpoints import PROJECT
from ops.demo.failures import DemoFailed
from ops.demo.waiting import wait_for

EXAMPLES: Final = PROJECT / "examples"
# What she orders: photo, style, and the name on the base.
ORDERS: Final = (
    ("person.png", "window-box", "Eileen"),
    ("cat.png", "snow-globe", "Chelsea"),
    ("rocket.jpg", "acrylic-standee", "Lift-off"),
    ("coffee.png", "enamel-pin", "Monday"),
    ("person.png", "bobble-head", "Commander"),
)
SECONDS: Final = 120.0


class _App(BaseModel):
    """What an authenticator app is set up with."""

    address: str


class Sitter(Person):
    """Somebody who is signed in, and can lend her session to a browser."""

    id: UUID

    @property
    def token(self) -> str:
        """Her session's token."""
        return self._client.headers["Authorization"].partition(" ")[2]

    def second_lock(self) -> None:
        """Set up an authenticator app, and show it on this device."""
        totp = pyotp.parse_uri(self._post(_App, "/v1/account/totp", {}).address)
        if not isinstance(totp, TOTP):
            message = "The studio named no authenticator app."
            raise DemoFailed(message)
        shown = {"code": totp.at(SYSTEM_CLOCK.now())}
        self._send(self._client.build_request("POST", "/v1/account/totp/confirm", json=shown))


def customer(url: str, *, ca: Path | None) -> tuple[Sitter, list[UUID]]:
    """Ada, her figurines (one of them shared and rated), a copy of her data. Raises DemoFailed."""
    ada = _newcomer(url, "Ada Lovelace", ca=ca)
    ada.say(GEMINI, granted=True)
    wait_for(lambda: ada.balance().available or None, "The trial credits", seconds=SECONDS)
    made = [_made(ada, *order) for order in ORDERS]
    ada.rate(made[0].id, stars=5)
    ada.share(made[0].id)
    ada.ask("access")
    return ada, [each.id for each in made]


def colleague(url: str, *, ca: Path | None, roles: Sequence[Role] = tuple(Role)) -> Sitter:
    """Mira, who works for the studio; this process has the gateway's environment. Raises DemoFailed."""
    mira = _newcomer(url, "Mira", ca=ca)
    service = build()
    try:
        with service.unit.begin() as work:
            for role in roles:
                work.staff.add(mira.id, role, operator="screens")
    finally:
        service.close()
        service.unit.database.close()
    mira.second_lock()
    return mira


def _newcomer(url: str, name: str, *, ca: Path | None) -> Sitter:
    person, password = Sitter(url, ca=ca), secrets.token_urlsafe(18)
    email = f"{name.partition(' ')[0].lower()}-{secrets.token_hex(4)}@example.org"
    account = person.sign_up(email=email, password=password, name=name, policy_version=POLICY_VERSIONS[-1])
    person.id = account.id
    person.sign_in(email=email, password=password)
    return person


def _made(ada: Sitter, photo: str, style: str, title: str) -> Figurine:
    ordered = ada.order(EXAMPLES / photo, style=style, title=title, save_photo=False)

    def ended() -> Figurine | None:
        now = ada.figurine(ordered.id)
        return now if now.state in ENDED else None

    made = wait_for(ended, f"The figurine {title}", seconds=SECONDS)
    if made.state != "succeeded":
        message = f"{title} ended as {made.state}."
        raise DemoFailed(message)
    return made
