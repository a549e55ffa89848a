"""The reports there are: what each tells, in which columns. Pure.

Nothing in them is about a person. People are counted by sketches, about; the bounds beside say how sure that is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.domain.tables import Column, Kind
from common.errors import NotFound


class NoSuchReport(NotFound):
    """There is no report of that name. GET /v1/operator/reports lists them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report: its name in addresses, its title, what it tells in a sentence, and its columns."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]


_DAY = Column("day", Kind.DAY, "The day, in UTC.")
_MONTH = Column("month", Kind.DAY, "The month, as its first day, in UTC.")
_STYLE = Column("style", Kind.TEXT, "The style; `none` where an order was over before it had one.")
_ENGINE = Column("engine", Kind.TEXT, "What painted; `none` where nothing was painted.")
_CURRENCY = Column("currency", Kind.TEXT, "The currency (ISO 4217).")
_FIGURINES = Column("figurines", Kind.COUNT, "Figurines that ended, however.")
_PICTURES = Column("pictures", Kind.COUNT, "Pictures that were delivered.")
_PEOPLE = (
    Column("people", Kind.COUNT, "About how many different people."),
    Column("people_at_least", Kind.COUNT, "Not fewer than that, with 95 % certainty."),
    Column("people_at_most", Kind.COUNT, "Not more than that, with 95 % certainty."),
)


def _count(name: str, meaning: str) -> Column:
    return Column(name, Kind.COUNT, meaning)


def _amount(name: str, meaning: str) -> Column:
    return Column(name, Kind.COUNT, f"{meaning} In the currency's smallest unit.")


def _times(measure: str, meaning: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{measure}_p{rank}_ms", Kind.NUMBER, f"{meaning}: {words}, in milliseconds.")
        for rank, words in ((50, "the median"), (95, "all but the slowest 5 %"), (99, "all but the slowest 1 %"))
    )


REPORTS: Final[Mapping[str, Report]] = {
    report.name: report
    for report in (
        Report(
            name="days",
            title="Day by day",
            about="What happened on each day.",
            columns=(
                _DAY,
                _count("accounts", "Accounts that were opened."),
                _count("orders", "Orders: uploads, and versions of what was there."),
                _FIGURINES,
                _count("made", "Figurines that came about, whole or in part."),
                _count("failed", "Figurines that failed by the studio's fault."),
                _PICTURES,
                _count("purchases", "Payments that came in."),
                *_PEOPLE,
            ),
        ),
        Report(
            name="funnel",
            title="From an account to a return",
            about="How many went on, month by month: account, upload, picture, purchase, and people who came back.",
            columns=(
                _MONTH,
                _count("accounts", "Accounts that were opened."),
                _count("orders", "Orders: uploads, and versions of what was there."),
                _count("made", "Figurines that came about, whole or in part."),
                _count("purchases", "Payments that came in."),
                _count("people_with_figurines", "About how many people had a figurine end."),
                _count("people_who_bought", "About how many people paid."),
                _count("people_who_returned", "About how many of them had their first figurine in an earlier month."),
            ),
        ),
        Report(
            name="cohorts",
            title="Who comes back",
            about="People by the month of their first figurine, and how many of them had one in each month since.",
            columns=(
                Column("cohort", Kind.DAY, "The month of their first figurine."),
                _MONTH,
                _count("months_since", "How many months lie between."),
                *_PEOPLE,
                Column(
                    "part", Kind.NUMBER, "Of those who began, the part that had a figurine in this month; 1 is all."
                ),
            ),
        ),
        Report(
            name="times",
            title="Time to picture",
            about="How long it took from the order to the picture, and how much of that was painting, by engine.",
            columns=(
                _DAY,
                _ENGINE,
                _count("timed", "Figurines of which times are known."),
                *_times("total", "From the order to the picture"),
                *_times("rendering", "Painting"),
                *_times("waiting", "Waiting"),
            ),
        ),
        Report(
            name="failures",
            title="Why figurines end without a picture",
            about="Figurines without a picture by day, style and reason.",
            columns=(
                _DAY,
                _STYLE,
                Column("outcome", Kind.TEXT, "`failed`, `rejected` (no credits) or `cancelled`."),
                Column("reason", Kind.TEXT, "The public failure code."),
                _FIGURINES,
            ),
        ),
        Report(
            name="money",
            title="Income, refunds and margin",
            about="What came in, what went back, what pictures cost, and what is left, by month and currency.",
            columns=(
                _MONTH,
                _CURRENCY,
                _count("purchases", "Payments that came in."),
                _amount("income", "What they were, tax included."),
                _count("refunds", "Payments that went back, whole or in part."),
                _amount("refunded", "What those were."),
                _amount(
                    "cost", "What the engines cost for the pictures of that month, as set in FIGURINE_PICTURE_COSTS."
                ),
                _amount("margin", "Income less refunds and cost."),
            ),
        ),
        Report(
            name="costs",
            title="What pictures cost",
            about="Pictures by month and engine, and what they cost.",
            columns=(
                _MONTH,
                _ENGINE,
                _PICTURES,
                _CURRENCY,
                _count("picture_cost_millionths", "What one picture costs, in millionths of the currency."),
                _amount("cost", "What they cost in all."),
            ),
        ),
        Report(
            name="quality",
            title="How people like it",
            about="Stars by month, style and engine, of those who gave any.",
            columns=(
                _MONTH,
                _STYLE,
                _ENGINE,
                _count("ratings", "How many figurines were rated."),
                _count("stars", "Their stars, added up."),
                Column("mean", Kind.NUMBER, "The mean of the stars, from 1 to 5."),
            ),
        ),
        Report(
            name="signals",
            title="Security signals",
            about="What the door noticed: failed sign-ins, refused uploads, requests over the limit.",
            columns=(
                _DAY,
                Column("signal", Kind.TEXT, "What was noticed."),
                _count("times", "How often."),
                _count("worst_hour", "How often in the worst hour of that day."),
            ),
        ),
        Report(
            name="anomalies",
            title="What was unusual",
            about="Rates that were far from what they usually are at that hour of the week.",
            columns=(
                Column("rate", Kind.TEXT, "What is watched."),
                Column("part", Kind.TEXT, "Of which part of it, as an engine; empty for all."),
                Column("since", Kind.TEXT, "The first hour, in UTC (RFC 3339)."),
                Column("until", Kind.TEXT, "The hour in which it was over; nothing while it lasts."),
                Column("value", Kind.NUMBER, "What the first hour brought."),
                Column("expected", Kind.NUMBER, "What it should have brought."),
                Column("detail", Kind.TEXT, "The same in a sentence."),
            ),
        ),
        Report(
            name="devices",
            title="Plans and devices",
            about="Figurines by month, by the device and the plan they were ordered with.",
            columns=(
                _MONTH,
                Column("device", Kind.TEXT, "The class of the device."),
                Column("plan", Kind.TEXT, "The plan."),
                _FIGURINES,
                _PICTURES,
            ),
        ),
        Report(
            name="pages",
            title="Pages and time spent",
            about="How often pages were used and for how long, by month and class of device.",
            columns=(
                _MONTH,
                Column("page", Kind.TEXT, "The page, never with an id in it."),
                Column("device", Kind.TEXT, "The class of the device."),
                _count("views", "How often it was used."),
                _count("seconds", "How long, in seconds of attention."),
            ),
        ),
        Report(
            name="people",
            title="How many people",
            about="Different people by day and by month; across months nobody can be told to be the same.",
            columns=(
                Column("grain", Kind.TEXT, "`day` or `month`."),
                Column("period", Kind.DAY, "The day, or the first of the month."),
                Column("kind", Kind.TEXT, "What they did; `all` for anything."),
                *_PEOPLE,
            ),
        ),
    )
}
