"""What is counted approximately, added to in the transaction of its facts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from analytics.domain import ALL, Estimate, Grain, Measure, SketchPlace, Times, kept_until
from analytics.repository.shapes import estimate_of, times_of, with_people, with_times
from common.database import Connection

V = TypeVar("V")


class Sketches:
    """Whoever adds holds the lock of those who count."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_people(self, people: Mapping[SketchPlace, Collection[bytes]]) -> None:
        """Bring these names into their sketches; one that is there already changes nothing."""
        self._add(people, with_people)

    def add_times(self, times: Mapping[SketchPlace, Sequence[float]]) -> None:
        """Bring these times into their sketches, each once."""
        self._add(times, with_times)

    def people(
        self, grain: Grain, *, first: datetime, last: datetime, dimension: str = ALL
    ) -> dict[tuple[datetime, str], Estimate]:
        """How many people there were in each period from the first to the last, by the values of a dimension."""
        return {
            (period, value): estimate_of([sketch])
            for period, value, sketch in self._read(grain, Measure.PEOPLE, first, last, dimension)
        }

    def people_in_all(
        self, grain: Grain, *, first: datetime, last: datetime, dimension: str = ALL
    ) -> dict[str, Estimate]:
        """How many different people there were in all these periods, which belong to one month."""
        found = _by_value(self._read(grain, Measure.PEOPLE, first, last, dimension))
        return {value: estimate_of(sketches) for value, sketches in found.items()}

    def times(
        self,
        grain: Grain,
        measure: Measure,
        *,
        first: datetime,
        last: datetime,
        ranks: Sequence[float],
        dimension: str = ALL,
    ) -> dict[tuple[datetime, str], Times]:
        """The times at these ranks in each period from the first to the last, by the values of a dimension."""
        return {
            (period, value): times_of([sketch], ranks)
            for period, value, sketch in self._read(grain, measure, first, last, dimension)
        }

    def times_in_all(
        self,
        grain: Grain,
        measure: Measure,
        *,
        first: datetime,
        last: datetime,
        ranks: Sequence[float],
        dimension: str = ALL,
    ) -> dict[str, Times]:
        """The times at these ranks of all these periods together, by the values of a dimension."""
        found = _by_value(self._read(grain, measure, first, last, dimension))
        return {value: times_of(sketches, ranks) for value, sketches in found.items()}

    def _read(
        self, grain: Grain, measure: Measure, first: datetime, last: datetime, dimension: str
    ) -> list[tuple[datetime, str, bytes]]:
        return self._connection.execute(
            """
            SELECT period, value, sketch FROM sketches
             WHERE grain = %s AND measure = %s AND dimension = %s AND period BETWEEN %s AND %s
             ORDER BY period, value
            """,
            [grain, measure, dimension, first, last],
            binary=True,
        ).fetchall()

    def _add(self, added: Mapping[SketchPlace, V], with_added: Callable[[bytes | None, V], bytes]) -> None:
        if not added:
            return
        places = list(added)
        kept = self._kept(places)
        self._connection.execute(
            """
            INSERT INTO sketches (grain, period, measure, dimension, value, sketch, keep_until)
            SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %b::bytea[],
                                 %s::timestamptz[])
                ON CONFLICT (grain, period, measure, dimension, value) DO UPDATE SET sketch = excluded.sketch
            """,
            [
                *_columns(places),
                [with_added(kept.get(place), values) for place, values in added.items()],
                [kept_until(place) for place in places],
            ],
        )

    def _kept(self, places: Sequence[SketchPlace]) -> dict[SketchPlace, bytes]:
        rows = self._connection.execute(
            """
            SELECT looked.place, sketch
              FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
                   WITH ORDINALITY AS looked (grain, period, measure, dimension, value, place)
              JOIN sketches USING (grain, period, measure, dimension, value)
            """,
            _columns(places),
            binary=True,
        ).fetchall()
        return {places[number - 1]: bytes(sketch) for number, sketch in rows}


def _columns(places: Sequence[SketchPlace]) -> list[list[object]]:
    return [
        [place.grain for place in places],
        [place.period for place in places],
        [place.measure for place in places],
        [place.dimension for place in places],
        [place.value for place in places],
    ]


def _by_value(rows: Sequence[tuple[datetime, str, bytes]]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for _, value, sketch in rows:
        found.setdefault(value, []).append(sketch)
    return found
