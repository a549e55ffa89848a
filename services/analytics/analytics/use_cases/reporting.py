"""Read reports out of sums and sketches; a fact is read by none of them, so each takes as long as its own length."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from analytics.domain.facts import RATED, Kind, Outcome
from analytics.domain.moments import Span, first_of_month, start_of
from analytics.domain.money import PictureCosts
from analytics.domain.reports import REPORTS, NoSuchReport
from analytics.domain.rollups import Grain, Rollup
from analytics.domain.sketches import ALL, COHORT, ENGINE, KIND, Estimate, Measure
from analytics.domain.tables import Table
from analytics.repository import Work

MADE: Final = frozenset({Outcome.SUCCEEDED, Outcome.PARTLY_SUCCEEDED})
_DAYS_SHOWN: Final = timedelta(days=30)
_RANKS: Final = (0.5, 0.95, 0.99)
_MEASURES: Final = {"total": Measure.TOTAL, "rendering": Measure.RENDERING, "waiting": Measure.WAITING}

Rows = Iterable[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a report is asked of: days, and the months they are in."""

    work: Work
    span: Span
    costs: PictureCosts

    def days(self, *kinds: Kind, by: Iterable[str] = ()) -> list[Rollup]:
        return self.work.rollups.read(
            Grain.DAY, first=self.span.first, last=self.span.last, kinds=list(kinds), by=list(by)
        )

    def months(self, *kinds: Kind, by: Iterable[str] = ()) -> list[Rollup]:
        first, last = first_of_month(self.span.first), self.span.last
        return self.work.rollups.read(Grain.MONTH, first=first, last=last, kinds=list(kinds), by=list(by))

    def people(self, grain: Grain, dimension: str = ALL) -> dict[tuple[datetime, str], Estimate]:
        first = self.span.first if grain is Grain.DAY else first_of_month(self.span.first)
        return self.work.sketches.people(
            grain, first=start_of(first), last=start_of(self.span.last), dimension=dimension
        )


def span_of(first: date | None, last: date | None, *, today: date) -> Span:
    """The days asked for; the last 30 where they are left out. Raises SpanRefused."""
    last = last or today
    # Near the year 1 there are no 30 days before.
    return Span(first=first or last - min(_DAYS_SHOWN, last - date.min), last=last)


def read_report(work: Work, name: str, span: Span, *, costs: PictureCosts) -> Table:
    """A report of some days, or of the months they are in. Raises NoSuchReport."""
    report = REPORTS.get(name)
    if report is None:
        raise NoSuchReport
    rows = _ROWS[name](_Asked(work=work, span=span, costs=costs))
    return Table(name=name, columns=report.columns, rows=rows)


def _days(asked: _Asked) -> Rows:
    people = asked.people(Grain.DAY)
    lines: dict[date, dict[str, int]] = {}
    for sums in asked.days(Kind.SIGN_UP, Kind.ORDER, Kind.FIGURINE, Kind.PURCHASE, by=["outcome"]):
        _add(lines.setdefault(_day(sums), {}), sums)
    for day in sorted(lines.keys() | {period.date() for period, _ in people}):
        line = lines.get(day, {})
        names = ("accounts", "orders", "figurines", "made", "failed", "pictures", "purchases")
        yield {"day": day, **{name: line.get(name, 0) for name in names}, **_about(people.get((start_of(day), "")))}


def _funnel(asked: _Asked) -> Rows:
    people = asked.people(Grain.MONTH, KIND)
    cohorts = asked.people(Grain.MONTH, COHORT)
    lines: dict[date, dict[str, int]] = {}
    for sums in asked.months(Kind.SIGN_UP, Kind.ORDER, Kind.FIGURINE, Kind.PURCHASE, by=["outcome"]):
        _add(lines.setdefault(_day(sums), {}), sums)
    for month, line in sorted(lines.items()):
        begun, here = f"{month:%Y-%m}", start_of(month)
        returned = sum(found.people for (at, cohort), found in cohorts.items() if at == here and cohort < begun)
        yield {
            "month": month,
            **{name: line.get(name, 0) for name in ("accounts", "orders", "made", "purchases")},
            "people_with_figurines": _whole(people.get((here, Kind.FIGURINE))),
            "people_who_bought": _whole(people.get((here, Kind.PURCHASE))),
            "people_who_returned": round(returned),
        }


def _add(line: dict[str, int], sums: Rollup) -> None:
    """What a sum adds to the line of its period."""
    outcome = sums.by["outcome"]
    added = {
        Kind.SIGN_UP: {"accounts": sums.facts},
        Kind.ORDER: {"orders": sums.facts},
        Kind.PURCHASE: {"purchases": sums.facts},
        Kind.FIGURINE: {
            "figurines": sums.facts,
            "pictures": sums.pictures,
            "made": sums.facts if outcome in MADE else 0,
            "failed": sums.facts if outcome == Outcome.FAILED else 0,
        },
    }
    for name, count in added[Kind(sums.by["kind"])].items():
        line[name] = line.get(name, 0) + count


def _cohorts(asked: _Asked) -> Rows:
    shown = asked.people(Grain.MONTH, COHORT)
    # How many began is told by the month they began in, which may lie before what is asked for.
    earliest = min((date.fromisoformat(f"{cohort}-01") for _, cohort in shown), default=asked.span.first)
    found = asked.work.sketches.people(
        Grain.MONTH, first=start_of(earliest), last=start_of(asked.span.last), dimension=COHORT
    )
    for (at, cohort), estimate in sorted(shown.items(), key=lambda each: (each[0][1], each[0][0])):
        began, month = date.fromisoformat(f"{cohort}-01"), at.date()
        first = found.get((start_of(began), cohort))
        yield {
            "cohort": began,
            "month": month,
            "months_since": (month.year - began.year) * 12 + month.month - began.month,
            **_about(estimate),
            "part": round(min(1.0, estimate.people / first.people), 4) if first and first.people else None,
        }


def _times(asked: _Asked) -> Rows:
    read = {
        name: asked.work.sketches.times(
            Grain.DAY,
            measure,
            first=start_of(asked.span.first),
            last=start_of(asked.span.last),
            ranks=_RANKS,
            dimension=ENGINE,
        )
        for name, measure in _MEASURES.items()
    }
    for (at, engine), total in sorted(read["total"].items()):
        yield {
            "day": at.date(),
            "engine": engine,
            "timed": total.count,
            **{
                f"{name}_p{round(rank * 100)}_ms": round(times.at[rank], 1) if times else None
                for name, found in read.items()
                for times in (found.get((at, engine)),)
                for rank in _RANKS
            },
        }


def _failures(asked: _Asked) -> Rows:
    for sums in asked.days(Kind.FIGURINE, by=["style", "outcome", "reason"]):
        if sums.by["outcome"] not in MADE:
            told = {name: sums.by[name] for name in ("style", "outcome", "reason")}
            yield {"day": _day(sums), **told, "figurines": sums.facts}


def _money(asked: _Asked) -> Rows:
    lines: dict[tuple[date, str], dict[str, int]] = {}
    for sums in asked.months(Kind.PURCHASE, Kind.REFUND, by=["currency"]):
        line = lines.setdefault((_day(sums), sums.by["currency"]), {})
        count, amount = ("purchases", "income") if sums.by["kind"] == Kind.PURCHASE else ("refunds", "refunded")
        line[count], line[amount] = sums.facts, abs(sums.amount)
    for cost in _costs(asked):
        if isinstance(cost["cost"], int):
            line = lines.setdefault((_date(cost["month"]), str(cost["currency"])), {})
            line["cost"] = line.get("cost", 0) + cost["cost"]
    for (month, currency), line in sorted(lines.items()):
        told = {name: line.get(name, 0) for name in ("purchases", "income", "refunds", "refunded", "cost")}
        left = told["income"] - told["refunded"] - told["cost"]
        yield {"month": month, "currency": currency, **told, "margin": left}


def _costs(asked: _Asked) -> Iterator[dict[str, object]]:
    for sums in asked.months(Kind.FIGURINE, by=["engine"]):
        if not sums.pictures:
            continue
        cost = asked.costs.of.get(sums.by["engine"])
        yield {
            "month": _day(sums),
            "engine": sums.by["engine"],
            "pictures": sums.pictures,
            "currency": cost and cost.currency,
            "picture_cost_millionths": cost and cost.millionths,
            "cost": cost and cost.of(sums.pictures),
        }


def _quality(asked: _Asked) -> Rows:
    for sums in asked.months(Kind.RATING, by=["style", "engine", "outcome"]):
        if sums.by["outcome"] == RATED:
            yield {
                "month": _day(sums),
                "style": sums.by["style"],
                "engine": sums.by["engine"],
                "ratings": sums.facts,
                "stars": sums.stars,
                "mean": round(sums.stars / sums.facts, 3) if sums.facts else None,
            }


def _signals(asked: _Asked) -> Rows:
    for day, signal, times, worst in asked.work.signals.days(asked.span.first, asked.span.last):
        yield {"day": day, "signal": signal, "times": times, "worst_hour": worst}


def _anomalies(asked: _Asked) -> Rows:
    for each in asked.work.watches.anomalies(asked.span.first, asked.span.last):
        yield {
            "rate": each.rate,
            "part": each.part,
            "since": each.since.isoformat(),
            "until": each.until and each.until.isoformat(),
            "value": each.value,
            "expected": each.expected,
            "detail": each.detail,
        }


def _devices(asked: _Asked) -> Rows:
    for sums in asked.months(Kind.FIGURINE, by=["device", "plan"]):
        told = {name: sums.by[name] for name in ("device", "plan")}
        yield {"month": _day(sums), **told, "figurines": sums.facts, "pictures": sums.pictures}


def _pages(asked: _Asked) -> Rows:
    for sums in asked.months(Kind.PAGE, by=["page", "device"]):
        told = {name: sums.by[name] for name in ("page", "device")}
        yield {"month": _day(sums), **told, "views": sums.facts, "seconds": sums.seconds}


def _people(asked: _Asked) -> Rows:
    for grain in (Grain.DAY, Grain.MONTH):
        found = {**asked.people(grain), **asked.people(grain, KIND)}
        for (at, kind), estimate in sorted(found.items()):
            yield {"grain": grain, "period": at.date(), "kind": kind or "all", **_about(estimate)}


_ROWS: Final[Mapping[str, Callable[[_Asked], Rows]]] = {
    "days": _days,
    "funnel": _funnel,
    "cohorts": _cohorts,
    "times": _times,
    "failures": _failures,
    "money": _money,
    "costs": _costs,
    "quality": _quality,
    "signals": _signals,
    "anomalies": _anomalies,
    "devices": _devices,
    "pages": _pages,
    "people": _people,
}


def _about(estimate: Estimate | None) -> dict[str, int]:
    if estimate is None:
        return {"people": 0, "people_at_least": 0, "people_at_most": 0}
    return {
        "people": round(estimate.people),
        "people_at_least": round(estimate.at_least),
        "people_at_most": round(estimate.at_most),
    }


def _whole(estimate: Estimate | None) -> int:
    return 0 if estimate is None else round(estimate.people)


def _day(sums: Rollup) -> date:
    return _date(sums.period)


def _date(period: object) -> date:
    if not isinstance(period, date):
        raise TypeError(type(period).__name__)
    return period.date() if isinstance(period, datetime) else period
