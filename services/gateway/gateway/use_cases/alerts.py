"""Mails about what happened with an account: to its owner only, and not so many that nobody reads them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from gateway.domain.people import Account
from gateway.domain.security import Origin, words_of
from gateway.domain.tries import network_of
from gateway.repository import Work

A_DAY: Final = timedelta(days=1)
# Whoever tries to hide one mail among many gets no further than that; the security log has everything.
AT_MOST: Final = 10
# Of her sign-ins of the last thirty days, so many of the latest.
LOOKED_AT: Final = 50
FIRST_HOUR: Final = timedelta(hours=1)
DEVICE_MAIL: Final = "new-device"


def tell_of_device(work: Work, account: Account, origin: Origin) -> None:
    """Tell her of a sign-in with a program or from a network none of her last ones had; before it is noted.

    In an account's first hour its owner goes through her own devices, and is not written to about each.
    """
    before = work.security.sign_ins(account.id, limit=LOOKED_AT)
    seen = {(words_of(each.agent), network_of(each.address)) for each in before}
    here, now = (words_of(origin.agent), network_of(origin.address)), work.clock.now()
    if seen and here not in seen and now - account.created_at > FIRST_HOUR:
        tell(work, account.id, DEVICE_MAIL, {"device": here[0], "at": f"{now.day} {now:%B %Y, %H:%M} UTC"})


def tell(work: Work, account_id: UUID, template: str, parameters: Mapping[str, str] | None = None) -> None:
    """Have it written to her, unless ten such letters were within a day."""
    if work.mails.asked_since(account_id, template, work.clock.now() - A_DAY) < AT_MOST:
        work.mails.add(account_id, template, parameters=parameters)
