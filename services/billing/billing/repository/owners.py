"""Whose something is that a payment provider has a name for."""

from collections.abc import Mapping
from typing import Final, LiteralString
from uuid import UUID

from billing.domain.disclosures import Known, ProviderCall
from common.database import Connection

_WHOSE: Final[Mapping[Known, LiteralString]] = {
    Known.PERSON: "SELECT %(id)s::uuid WHERE %(provider)s <> ''",
    Known.CUSTOMER: "SELECT user_id FROM customers WHERE provider = %(provider)s AND reference = %(id)s",
    Known.ORDER: "SELECT user_id FROM orders WHERE provider = %(provider)s AND id = %(id)s::uuid",
    Known.CHECKOUT: "SELECT user_id FROM orders WHERE provider = %(provider)s AND reference = %(id)s",
    Known.PLAN: "SELECT user_id FROM subscriptions WHERE provider = %(provider)s AND reference = %(id)s",
}


class Owners:
    """The people behind customers, orders and plans."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, call: ProviderCall) -> UUID | None:
        """Whom a call is about; None when nobody is known by that."""
        row = self._connection.execute(_WHOSE[call.known], {"provider": call.provider, "id": call.id}).fetchone()
        return None if row is None else row[0]
