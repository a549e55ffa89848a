"""The style catalogue, as last heard from generation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from psycopg.types.json import Jsonb

from common.clock import Clock
from common.database import Connection
from gateway.domain.styles import Choice, Option, Style


class Styles:
    """A copy, so that orders are taken while generation is away."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def all(self) -> list[Style]:
        """The catalogue in its order."""
        rows = self._connection.execute("SELECT style FROM styles ORDER BY place").fetchall()
        return [_style(style) for (style,) in rows]

    def heard_within(self, time: timedelta) -> bool:
        """Whether there is a catalogue that was heard of so recently."""
        row = self._connection.execute("SELECT min(heard_at) FROM styles").fetchone()
        return row is not None and row[0] is not None and row[0] > self._clock.now() - time

    def hear_anew(self) -> None:
        """The catalogue is known to have changed: it is asked for with the next look, and counts until then."""
        self._connection.execute("UPDATE styles SET heard_at = to_timestamp(0)")

    def find(self, style_id: str) -> Style | None:
        """One style."""
        row = self._connection.execute("SELECT style FROM styles WHERE id = %s", [style_id]).fetchone()
        return _style(row[0]) if row else None

    def replace(self, styles: Sequence[Style]) -> None:
        """Remember the catalogue as it is now."""
        with self._connection.cursor() as cursor:
            cursor.execute("DELETE FROM styles")
            cursor.executemany(
                "INSERT INTO styles (id, place, style, heard_at) VALUES (%s, %s, %s, %s)",
                [(style.id, place, Jsonb(asdict(style)), self._clock.now()) for place, style in enumerate(styles)],
            )


def _style(kept: Mapping[str, Any]) -> Style:
    # A copy that an earlier version wrote knows of no options and no reasons.
    return Style(
        id=kept["id"],
        name=kept["name"],
        description=kept["description"],
        price=kept["price"],
        subjects=tuple(kept["subjects"]),
        engines=tuple(kept["engines"]),
        options=tuple(_option(option) for option in kept.get("options", ())),
        sample=kept.get("sample"),
        unavailable_because=kept.get("unavailable_because"),
        batch=kept.get("batch", False),
    )


def _option(kept: Mapping[str, Any]) -> Option:
    return Option(id=kept["id"], name=kept["name"], choices=tuple(Choice(**choice) for choice in kept["choices"]))
