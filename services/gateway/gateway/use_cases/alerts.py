"""Mails about what happened with an account: to its owner only, and not so many that nobody reads them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from gateway.repository import Work

A_DAY: Final = timedelta(days=1)
# Whoever tries to hide one mail among many gets no further than that; the security log has everything.
AT_MOST: Final = 10


def tell(work: Work, account_id: UUID, template: str, parameters: Mapping[str, str] | None = None) -> None:
    """Have it written to her, unless ten such letters were within a day."""
    if work.mails.asked_since(account_id, template, work.clock.now() - A_DAY) < AT_MOST:
        work.mails.add(account_id, template, parameters=parameters)
