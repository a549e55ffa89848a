"""What the operators' page shows of the reports: a few figures, and charts. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from gateway.domain.charts import Chart, columns, in_order, lines

Rows = Sequence[Mapping[str, Any]]
_NO_DIGITS: Final = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_MOST: Final = 8
_LATE_COHORTS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, what it is, and what it is made of."""

    name: str
    value: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Bars that lie one under the other, the longest first."""

    lines: Sequence[tuple[str, int]]

    @property
    def most(self) -> int:
        """The longest."""
        return max((count for _, count in self.lines), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """People who began in one month, and the part of them that came in each month since; None where unknown."""

    month: date
    people: int
    parts: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole page."""

    figures: Sequence[Figure]
    unusual: Rows
    figurines: Chart
    people: Chart
    times: Chart
    signals: Chart
    funnel: Ranked
    funnel_of: date | None
    failures: Ranked
    devices: Ranked
    pages: Ranked
    quality: Rows
    money: Rows
    cohorts: Sequence[Cohort]


def of(found: Mapping[str, Rows], *, first: date, last: date) -> Overview:
    """The page of these reports."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    labels = [f"{day.day} {day:%b}" for day in days]
    by_day = {row["day"]: row for row in found["days"]}
    ordered = [by_day.get(str(day), {}) for day in days]

    def counts(name: str) -> list[int]:
        return [row.get(name, 0) for row in ordered]

    others = [row.get("figurines", 0) - row.get("made", 0) - row.get("failed", 0) for row in ordered]
    return Overview(
        figures=list(_figures(found)),
        unusual=found["anomalies"],
        figurines=columns(
            labels, {"made": counts("made"), "failed": counts("failed"), "rejected or cancelled": others}
        ),
        people=columns(labels, {"people, about": counts("people")}),
        times=_times(found["times"], days, labels),
        signals=_signals(found["signals"], days, labels),
        funnel=_funnel(found["funnel"]),
        funnel_of=date.fromisoformat(found["funnel"][-1]["month"]) if found["funnel"] else None,
        failures=_ranked(found["failures"], "reason", "figurines"),
        devices=_ranked(found["devices"], "device", "figurines"),
        pages=_ranked(found["pages"], "page", "views"),
        quality=_quality(found["quality"]),
        money=found["money"],
        cohorts=_cohorts(found["cohorts"]),
    )


def money(amount: int, currency: str) -> str:
    """An amount in the currency's smallest unit, as people write it beside the currency."""
    sign, amount = "\N{MINUS SIGN}" if amount < 0 else "", abs(amount)
    if currency in _NO_DIGITS:
        return f"{sign}{amount:,}"
    return f"{sign}{amount // 100:,}.{amount % 100:02}"


def digits(currency: str) -> int:
    """How many digits stand behind the point in amounts of this currency."""
    return 0 if currency in _NO_DIGITS else 2


def stars(mean: float | None) -> str:
    """As in `4.3 of 5`."""
    return "none yet" if mean is None else f"{mean:.1f} of 5"


def _figures(found: Mapping[str, Rows]) -> Sequence[Figure]:
    made, failed = (sum(row[name] for row in found["days"]) for name in ("made", "failed"))
    pictures, accounts = (sum(row[name] for row in found["days"]) for name in ("pictures", "accounts"))
    judged = made + failed
    slowest = max((row["total_p95_ms"] for row in found["times"]), default=None)
    median = _middle(found["times"])
    return [
        Figure(name="Figurines made", value=f"{made:,}", about=f"{pictures:,} pictures"),
        Figure(
            name="Failed",
            value=f"{100 * failed / judged:.1f} %" if judged else "none",
            about=f"{failed:,} by the studio's fault",
        ),
        Figure(
            name="Time to picture",
            value="unknown" if median is None else f"{median / 1000:.1f} s",
            about="no pictures yet" if slowest is None else f"the median; 95 % under {slowest / 1000:.1f} s on any day",
        ),
        Figure(name="New accounts", value=f"{accounts:,}", about=f"{_purchases(found):,} purchases"),
    ]


def _purchases(found: Mapping[str, Rows]) -> int:
    return sum(row["purchases"] for row in found["days"])


def _middle(times: Rows) -> float | None:
    """The median of the days' medians, each as often as it has figurines."""
    ranked = sorted((row["total_p50_ms"], row["timed"]) for row in times)
    half, seen = sum(timed for _, timed in ranked) / 2, 0
    for milliseconds, timed in ranked:
        seen += timed
        if seen >= half:
            return milliseconds
    return None


def _times(rows: Rows, days: Sequence[date], labels: Sequence[str]) -> Chart:
    at = {(row["engine"], row["day"]): row for row in rows}
    engines = sorted({row["engine"] for row in rows})

    def seconds(engine: str, name: str) -> list[float | None]:
        found = (at.get((engine, str(day))) for day in days)
        return [None if row is None else round(row[name] / 1000, 2) for row in found]

    series = {
        f"{engine}, {words}": seconds(engine, name)
        for engine in engines
        for name, words in (("total_p50_ms", "median"), ("total_p95_ms", "95 %"))
    }
    return lines(labels, series, unit=" s")


def _signals(rows: Rows, days: Sequence[date], labels: Sequence[str]) -> Chart:
    counted: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        # As in `upload_refused.photo_too_large`: the kinds of a signal are in its numbers.
        counted[row["signal"].partition(".")[0].replace("_", " ")][row["day"]] += row["times"]
    return columns(labels, {name: [by_day[str(day)] for day in days] for name, by_day in sorted(counted.items())})


def _funnel(rows: Rows) -> Ranked:
    if not rows:
        return Ranked(lines=())
    names = (
        ("accounts", "Accounts opened"),
        ("orders", "Orders with a photo"),
        ("made", "Figurines made"),
        ("purchases", "Purchases"),
        ("people_who_returned", "People who came back"),
    )
    return Ranked(lines=[(words, rows[-1][name]) for name, words in names])


def _ranked(rows: Rows, name: str, count: str) -> Ranked:
    counted: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        counted[row[name].replace("_", " ")] += row[count]
    return Ranked(lines=in_order(counted.items(), most=_MOST))


def _quality(rows: Rows) -> Rows:
    summed: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        summed[row["style"]][0] += row["ratings"]
        summed[row["style"]][1] += row["stars"]
    told = [
        {"style": style.replace("-", " ").capitalize(), "ratings": ratings, "mean": total / ratings}
        for style, (ratings, total) in summed.items()
        if ratings
    ]
    return sorted(told, key=lambda row: (-row["mean"], row["style"]))


def _began(row: Mapping[str, Any]) -> int:
    """About how many people began, worked out from any month of theirs."""
    return round(row["people"] / row["part"]) if row["part"] else row["people"]


def _cohorts(rows: Rows) -> Sequence[Cohort]:
    by_cohort: defaultdict[str, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows:
        by_cohort[row["cohort"]][row["months_since"]] = row
    latest = sorted(by_cohort.items())[-_LATE_COHORTS:]
    return [
        Cohort(
            month=date.fromisoformat(cohort),
            people=_began(months[min(months)]),
            parts=[months[n]["part"] if n in months else None for n in range(max(months) + 1)],
        )
        for cohort, months in latest
    ]
