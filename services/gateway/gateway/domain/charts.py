"""Where the bars and lines of a chart stand, in a box of its own units. Pure; no numbers are made up here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 200
# Room for the numbers on the left, and for the days below.
LEFT: Final = 48
BELOW: Final = 24
ABOVE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a column, and what it says in words."""

    x: float
    y: float
    width: float
    height: float
    series: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through the points that are known; where one is missing, it breaks."""

    series: str
    place: int
    path: str
    dots: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    at: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars or lines between two axes."""

    across: Sequence[Tick]
    up: Sequence[Tick]
    # The numbers themselves: what they are of, and for each label one of each.
    names: Sequence[str] = ()
    rows: Sequence[tuple[str, Sequence[float | None]]] = ()
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()
    width: int = WIDTH
    height: int = HEIGHT


def columns(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Chart:
    """A column for each label, made of the series, one on the other."""
    totals = [sum(values[n] for values in series.values()) for n in range(len(labels))]
    top = nice_top(max(totals, default=0))
    wide = (WIDTH - LEFT) / max(len(labels), 1)
    bars: list[Bar] = []
    for n, label in enumerate(labels):
        below = 0
        for name, values in series.items():
            if values[n]:
                y, base = _up(below + values[n], top), _up(below, top)
                gap = min(2.0, wide / 4)
                bars.append(
                    Bar(
                        x=round(LEFT + n * wide + gap / 2, 2),
                        y=y,
                        width=round(max(wide - gap, 0.5), 2),
                        height=round(base - y, 2),
                        series=name,
                        says=f"{label}: {values[n]} {name}",
                    )
                )
                below += values[n]
    return Chart(across=_across(labels), up=_ticks(top, ""), names=list(series), rows=_rows(labels, series), bars=bars)


def lines(labels: Sequence[str], series: Mapping[str, Sequence[float | None]], *, unit: str) -> Chart:
    """A line for each series over the labels."""
    known = [value for values in series.values() for value in values if value is not None]
    top = nice_top(max(known, default=0))
    drawn = [
        Line(
            series=name,
            place=place,
            path=_path(values, top),
            dots=[
                (*_point(n, len(values), value, top), f"{labels[n]}: {value:g}{unit} {name}")
                for n, value in enumerate(values)
                if value is not None
            ],
        )
        for place, (name, values) in enumerate(series.items())
    ]
    return Chart(
        across=_across(labels), up=_ticks(top, unit), names=list(series), rows=_rows(labels, series), lines=drawn
    )


def nice_top(highest: float) -> float:
    """The number an axis ends with: 1, 2, 4, 5 or 8 times a power of ten, not below the highest."""
    if highest <= 0:
        return 4
    size = 10 ** floor(log10(highest))
    return next((step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= highest), highest)


def part(value: float, of: float) -> float:
    """How long a bar is, in hundredths of the longest."""
    return round(100 * value / of, 2) if of > 0 else 0.0


def _rows(
    labels: Sequence[str], series: Mapping[str, Sequence[float | None]]
) -> list[tuple[str, Sequence[float | None]]]:
    return [(label, [values[n] for values in series.values()]) for n, label in enumerate(labels)]


def _across(labels: Sequence[str]) -> list[Tick]:
    """As many labels as find room: the first, the last, and some between them."""
    if not labels:
        return []
    wide = (WIDTH - LEFT) / len(labels)
    every = max(1, ceil(len(labels) / 6))
    return [Tick(at=round(LEFT + (n + 0.5) * wide, 2), says=labels[n]) for n in range(0, len(labels), every)]


def _ticks(top: float, unit: str) -> list[Tick]:
    # Nobody counts half figurines.
    parts = 4 if unit or top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    values = [top * n / parts for n in range(parts + 1)]
    return [
        Tick(at=_up(value, top), says=f"{value:,.4g}{unit}" if value < 10_000 else f"{value:,.0f}{unit}")
        for value in values
    ]


def _point(n: int, count: int, value: float, top: float) -> tuple[float, float]:
    return round(LEFT + (n + 0.5) * (WIDTH - LEFT) / max(count, 1), 2), _up(value, top)


def _path(values: Sequence[float | None], top: float) -> str:
    steps: list[str] = []
    broken = True
    for n, value in enumerate(values):
        if value is None:
            broken = True
            continue
        x, y = _point(n, len(values), value, top)
        steps.append(f"{'M' if broken else 'L'}{x:g} {y:g}")
        broken = False
    return "".join(steps)


def _up(value: float, top: float) -> float:
    room = HEIGHT - BELOW - ABOVE
    return round(ABOVE + room * (1 - min(value / top, 1)), 2)


def in_order(values: Iterable[tuple[str, int]], *, most: int) -> list[tuple[str, int]]:
    """The largest first; what finds no room is told of together."""
    ranked = sorted(values, key=lambda pair: (-pair[1], pair[0]))
    shown, rest = ranked[:most], ranked[most:]
    return [*shown, ("all others", sum(value for _, value in rest))] if rest else shown
