"""The halves of keys that names are made with: one a month, one a day."""

import secrets
from collections.abc import Mapping
from datetime import date

from analytics.domain import SALT_BYTES
from common.database import Connection


class Keys:
    """Made by chance on first use, and destroyed for good; nothing of them outlives the transaction here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._months: dict[date, bytes | None] | None = None
        self._days: dict[date, bytes] | None = None

    def months(self) -> Mapping[date, bytes | None]:
        """The salts of all months that have one, by the first of the month; None for names of before."""
        if self._months is None:
            self._months = dict(self._connection.execute("SELECT month, salt FROM pseudonym_keys").fetchall())
        return self._months

    def days(self) -> Mapping[date, bytes]:
        """The salts of all days that have one."""
        if self._days is None:
            self._days = dict(self._connection.execute("SELECT day, salt FROM visitor_keys").fetchall())
        return self._days

    def month(self, month: date) -> bytes | None:
        """The salt of a month, made if there is none; whoever makes it at the same time gets the same."""
        if month not in self.months():
            self._connection.execute(
                "INSERT INTO pseudonym_keys (month, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [month, secrets.token_bytes(SALT_BYTES)],
            )
            self._months = None
        return self.months()[month]

    def day(self, day: date) -> bytes:
        """The salt of a day, likewise."""
        if day not in self.days():
            self._connection.execute(
                "INSERT INTO visitor_keys (day, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [day, secrets.token_bytes(SALT_BYTES)],
            )
            self._days = None
        return self.days()[day]

    def destroy(self, *, months_before: date, days_before: date) -> int:
        """Delete the halves of earlier months and days; returns how many there were."""
        self._months = self._days = None
        months = self._connection.execute("DELETE FROM pseudonym_keys WHERE month < %s", [months_before]).rowcount
        days = self._connection.execute("DELETE FROM visitor_keys WHERE day < %s", [days_before]).rowcount
        return months + days
