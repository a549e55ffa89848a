"""/promises: every promise as it stands at this moment, readable without a script, for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from flask import Blueprint, Response

from common.clock import SYSTEM_CLOCK
from common.errors import Unavailable
from gateway.adapters import formats
from gateway.domain.languages import catalogued
from gateway.routes.pages import show_page
from gateway.routes.promises import PromiseAnswer, PromiseDay, PromisesAnswer, PromiseView, read_promises
from gateway.routes.speaking import say, spoken

pages = Blueprint("promises_page", __name__)

DAYS: Final = 30
GROUPS: Final = (
    ("C", catalogued("What we collect")),
    ("U", catalogued("What it is used for")),
    ("S", catalogued("How it is protected")),
    ("T", catalogued("Whom we work with")),
    ("R", catalogued("Your rights")),
    ("K", catalogued("How long it is kept")),
    ("N", catalogued("Changes, and questions")),
)
WORDS: Final = {
    "kept": catalogued("Kept"),
    "broken": catalogued("Broken"),
    "stale": catalogued("Not proven lately"),
    "not_applicable": catalogued("Nothing to keep it for here"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One day of the chart: how the promise was found at its worst, and that in words."""

    day: date
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """Promises about one thing."""

    title: str
    promises: Sequence[PromiseAnswer]


@pages.get("/promises")
def show_promises() -> Response:
    """How every promise stands. While privacy is away nothing is proven, and the page says so."""
    try:
        found = read_promises()
    except Unavailable:
        return show_page("promises_away.html")
    now = SYSTEM_CLOCK.now()
    return show_page(
        "promises.html",
        groups=list(groups(found)),
        counts=counts(found),
        found=found,
        words=WORDS,
        now=now,
        chart=partial(chart, today=now.date()),
        views=in_order,
    )


def groups(found: PromisesAnswer) -> Iterable[Group]:
    """The promises by what they are about, in the order of the policy."""
    for letter, title in GROUPS:
        yield Group(title, [item for item in found.items if item.id.startswith(letter)])


def counts(found: PromisesAnswer) -> dict[str, int]:
    """How many stand how."""
    return {state: sum(item.state == state for item in found.items) for state in WORDS}


def in_order(views: Sequence[PromiseView]) -> list[PromiseView]:
    """What is looked at, the worst first."""
    gravity = ("broken", "stale", "kept", "not_applicable")
    return sorted(views, key=lambda view: (gravity.index(view.state), view.probe, view.service))


def chart(days: Sequence[PromiseDay], *, today: date) -> list[Mark]:
    """The last 30 days, one mark each, the oldest first; a day nobody counted is empty."""
    known = {day.day: day for day in days}
    dates = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    return [_mark(each, known.get(each)) for each in dates]


def ago(now: datetime, at: datetime) -> str:
    """How long ago in words, for the console: `2 minutes ago`."""
    return f"{lasting(max(0, (now - at).total_seconds()))} ago"


def lasting(seconds: float) -> str:
    """A duration in its largest unit: `90 seconds`, `5 minutes`, `3 hours`."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        # From two of a unit on: 90 seconds say more than 1 minute.
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}s"
    whole = int(seconds)
    return f"{whole} second" if whole == 1 else f"{whole} seconds"


def _mark(day: date, found: PromiseDay | None) -> Mark:
    said_day = formats.day_of_year(day, spoken().locale)
    if found is None:
        return Mark(day, "none", f"{said_day}: {say('not counted')}")
    minutes = [
        (found.broken, "broken", say("%(time)s broken")),
        (found.stale, "stale", say("%(time)s not proven")),
        (found.kept, "kept", say("%(time)s kept")),
        (found.not_applicable, "not_applicable", say("%(time)s nothing to keep it for")),
    ]
    told = [words % {"time": formats.lasting(count * 60, spoken().locale)} for count, _, words in minutes if count]
    worst = next((state for count, state, _ in minutes if count), "none")
    return Mark(day, worst, f"{said_day}: {', '.join(told)}")
