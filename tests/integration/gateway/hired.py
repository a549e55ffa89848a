"""Somebody of the studio at work: with a role, and with a second factor that was shown on her device."""

from uuid import UUID

import pyotp

from gateway.domain.staff import Role
from tests.integration.gateway.studio import Person, Studio


def hire(person: Person, *roles: Role) -> Person:
    """Give her these roles, and set up an authenticator app on the device she is signed in on."""
    with person.studio.service.unit.begin() as work:
        for role in roles:
            work.staff.add(person.id, role, operator="mira")
        if work.factors.any(person.id):
            return person
    begun = person.ask("POST", "/v1/account/totp")
    assert begun.status_code == 201, begun.get_json()
    totp = pyotp.parse_uri(begun.get_json()["address"])
    assert isinstance(totp, pyotp.TOTP)
    shown = totp.at(person.studio.service.unit.clock.now())
    confirmed = person.ask("POST", "/v1/account/totp/confirm", json={"code": shown})
    assert confirmed.status_code == 200, confirmed.get_json()
    return person


def colleague(studio: Studio, *roles: Role) -> Person:
    """Somebody new who works here."""
    return hire(studio.sign_up(), *roles)


def acts_of(studio: Studio, account_id: UUID) -> list[tuple[str, str]]:
    """What she did, the first first: act and thing, as the trail has it."""
    with studio.service.unit.database.begin() as connection:
        return connection.execute(
            "SELECT act, thing FROM staff_acts WHERE account_id = %s ORDER BY id", [account_id]
        ).fetchall()
