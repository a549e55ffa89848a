"""Judge each hour that is over, once, and tell what begins to be unusual and what no longer is."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from analytics.domain.anomalies import (
    HOUR,
    RATES,
    Heard,
    Judgement,
    Measure,
    Rate,
    Watched,
    comparable,
    detail_of,
    id_of,
    watch,
)
from analytics.domain.facts import Kind, Outcome
from analytics.domain.rollups import Grain
from analytics.domain.sketches import ENGINE
from analytics.domain.sketches import Measure as Sketched
from analytics.repository import Work
from common.contracts.analytics import AnomalyDetected, AnomalyEnded

# An hour is over when its last news may be late no more.
SETTLED_AFTER: Final = timedelta(minutes=15)
# What came later still is counted for comparisons, and what lies further back is not judged any more.
_LATE: Final = timedelta(hours=24)
_JUDGED_LATE: Final = timedelta(hours=48)
# As far back as sums of hours are kept.
_KNOWN: Final = timedelta(days=39)

_MADE: Final = frozenset({Outcome.SUCCEEDED, Outcome.PARTLY_SUCCEEDED})
_JUDGED: Final = _MADE | {Outcome.FAILED}
_SIGNALS: Final[Mapping[str, str]] = {"sign_ins_failed": "sign_in_failed", "uploads_refused": "upload_refused"}

Hours = dict[tuple[str, str, datetime], Heard]


def judge_next_hour(work: Work) -> datetime | None:
    """Judge the hour whose turn it is; None when all that are over were judged."""
    work.watches.lock()
    last = _floor(work.clock.now() - SETTLED_AFTER) - HOUR
    until = work.watches.judged_until()
    hour = last if until is None else max(until + HOUR, last - _JUDGED_LATE)
    if hour > last:
        return None
    work.watches.keep(_figures(work, hour - (_KNOWN if until is None else _LATE), hour))
    heard = work.watches.heard([hour, *comparable(hour)])
    watches = work.watches.all()
    for rate, part in sorted({*_watched_always(), *heard, *watches}):
        before = watches.get((rate, part), Watched())
        after = watch(RATES[rate], before, hour, heard.get((rate, part), {}))
        work.watches.remember(rate, part, hour, after)
        _tell(work, RATES[rate], part, hour, before=before, after=after)
    return hour


def _tell(work: Work, rate: Rate, part: str, hour: datetime, *, before: Watched, after: Watched) -> None:
    if after.turned and after.since is not None and after.judgement is not None:
        _begin(work, rate, part, hour, after.judgement)
    elif after.turned and before.since is not None:
        _end(work, rate, part, before.since, until=hour)


def _begin(work: Work, rate: Rate, part: str, hour: datetime, judgement: Judgement) -> None:
    detail = detail_of(rate, part, judgement)
    work.watches.begin(rate.id, part, hour, judgement, detail)
    work.outbox.add(
        AnomalyDetected(
            anomaly_id=id_of(rate.id, part, hour),
            rate=rate.id,
            part=part,
            since=hour,
            expected=judgement.expected,
            value=judgement.value,
            detail=detail,
        )
    )


def _end(work: Work, rate: Rate, part: str, since: datetime, *, until: datetime) -> None:
    work.watches.end(rate.id, part, since, until=until)
    work.outbox.add(
        AnomalyEnded(
            anomaly_id=id_of(rate.id, part, since),
            rate=rate.id,
            part=part,
            since=since,
            until=until,
            detail=f"It is over: “{rate.sentence}”, which began at {since:%Y-%m-%d %H:%M} UTC.",
        )
    )


def _watched_always() -> Iterator[tuple[str, str]]:
    """Rates that are watched whether something happens or not; levels are watched of each engine that is heard of."""
    return ((rate.id, "") for rate in RATES.values() if rate.measure is not Measure.LEVEL)


def _figures(work: Work, first: datetime, last: datetime) -> Hours:
    """What each hour brought; nothing of hours before there were any."""
    return {
        **dict(_figurines(work, first, last)),
        **dict(_signals(work, first, last)),
        **dict(_times(work, first, last)),
    }


def _figurines(work: Work, first: datetime, last: datetime) -> Iterator[tuple[tuple[str, str, datetime], Heard]]:
    ended: dict[datetime, dict[str, int]] = {}
    for sums in work.rollups.read(Grain.HOUR, first=first, last=last, kinds=[Kind.FIGURINE], by=["outcome"]):
        if isinstance(sums.period, datetime):
            ended.setdefault(sums.period, {})[sums.by["outcome"]] = sums.facts
    for hour in _hours(min(ended, default=last), last):
        outcomes = ended.get(hour, {})
        made, judged = (sum(outcomes.get(each, 0) for each in kinds) for kinds in (_MADE, _JUDGED))
        yield ("figurines", "", hour), Heard(value=made, of=made)
        yield ("figurines_failed", "", hour), Heard(value=judged - made, of=judged)


def _signals(work: Work, first: datetime, last: datetime) -> Iterator[tuple[tuple[str, str, datetime], Heard]]:
    noticed = work.signals.hours(first, last)
    begun = work.signals.first()
    if begun is None:
        return
    for rate, signal in _SIGNALS.items():
        counts: dict[datetime, int] = {}
        for hour, name, count in noticed:
            # As in `upload_refused.photo_too_large`.
            if name.partition(".")[0] == signal:
                counts[hour] = counts.get(hour, 0) + count
        for hour in _hours(max(first, begun), last):
            yield (rate, "", hour), Heard(value=counts.get(hour, 0), of=counts.get(hour, 0))


def _times(work: Work, first: datetime, last: datetime) -> Iterator[tuple[tuple[str, str, datetime], Heard]]:
    found = work.sketches.times(Grain.HOUR, Sketched.TOTAL, first=first, last=last, ranks=(0.5,), dimension=ENGINE)
    for (hour, engine), times in found.items():
        yield ("time_to_picture", engine, hour), Heard(value=times.at[0.5], of=times.count)


def _hours(first: datetime, last: datetime) -> Iterator[datetime]:
    hour = _floor(first)
    while hour <= last:
        yield hour
        hour += HOUR


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
