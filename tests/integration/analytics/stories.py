"""Stories of figurines for Hypothesis: what is told of them, by clocks in several zones, and what it must add up to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from common.clock import first_id
from common.contracts import Event
from common.contracts.billing import PaymentReceived, PaymentRefunded
from common.contracts.gateway import UsageObserved, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRated, PictureSize

NOW = datetime(2028, 12, 31, tzinfo=UTC)

# Days on which clocks are changed somewhere, one of them by half an hour; a leap day; and the last of a year.
TURNS = (
    ("Europe/Berlin", date(2028, 3, 26)),
    ("Europe/Berlin", date(2028, 10, 29)),
    ("America/New_York", date(2028, 3, 12)),
    ("America/New_York", date(2028, 11, 5)),
    ("Australia/Lord_Howe", date(2028, 4, 2)),
    ("Asia/Kolkata", date(2028, 2, 29)),
    ("Pacific/Kiritimati", date(2028, 3, 1)),
    ("Pacific/Honolulu", date(2027, 12, 31)),
)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One figurine: when it was ordered, by whom and with what, how it ended, what was said and paid for it."""

    number: int
    zone: str
    ordered_at: datetime
    person: int
    device: str
    style: str
    pictures: int
    lasted: timedelta
    ordered: bool
    # Days after its end, and stars; the last word counts.
    ratings: tuple[tuple[int, int], ...]
    paid: bool
    given_back: bool
    seconds: int

    def id(self, of: int) -> UUID:
        """Of the figurine and of what belongs to it, made when it was ordered."""
        return UUID(int=first_id(self.ordered_at).int | 7 << 76 | 2 << 62 | self.number << 8 | of)

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        return UUID(int=self.person + 1)

    @property
    def ended_at(self) -> datetime:
        """In the zone of whoever tells of it."""
        return (self.ordered_at.astimezone(UTC) + self.lasted).astimezone(ZoneInfo(self.zone))

    def rated_at(self, place: int) -> datetime:
        """No two words are said at once."""
        days, _ = self.ratings[place]
        return self.ended_at.astimezone(UTC) + days * DAY + place * SECOND

    def told(self) -> list[Event]:
        """All that is told of it."""
        order, page = self._observed("order", 0), self._observed("page", self.seconds)
        return [
            UserRegistered(user_id=self.user_id, registered_at=self.ordered_at),
            page,
            *([order] if self.ordered else []),
            self._end(),
            *(
                FigurineRated(
                    figurine_id=self.id(0),
                    user_id=self.user_id,
                    style=self.style,
                    engine="studio",
                    stars=stars,
                    rated_at=self.rated_at(place),
                )
                for place, (_, stars) in enumerate(self.ratings)
            ),
            *self._money(),
        ]

    def _observed(self, kind: str, seconds: int) -> UsageObserved:
        return UsageObserved(
            user_id=self.user_id,
            page="/studio",
            seconds=seconds,
            kind=kind,
            figurine_id=self.id(0) if kind == "order" else None,
            plan="plus" if kind == "order" else "",
            observed_at=self.ordered_at,
            device=self.device,
            os="Linux",
            browser="Firefox",
            network="192.0.2.0/24",
        )

    def _end(self) -> Event:
        if not self.pictures:
            return FigurineFailed(
                figurine_id=self.id(0),
                user_id=self.user_id,
                style=self.style,
                code="engine_timeout",
                failed_at=self.ended_at,
            )
        return FigurineGenerated(
            figurine_id=self.id(0),
            user_id=self.user_id,
            style=self.style,
            engine="studio",
            requested=2,
            pictures=tuple(PictureSize(n=n, width=8, height=8) for n in range(1, self.pictures + 1)),
            requested_at=self.ordered_at,
            generated_at=self.ended_at,
            rendering_ms=min(1000, self.lasted // timedelta(milliseconds=1)),
        )

    def _money(self) -> list[Event]:
        money = {"user_id": self.user_id, "order_id": self.id(1), "credits": 20, "amount": 499, "currency": "eur"}
        paid = PaymentReceived(provider="fake", kind="pack", price_id="p", received_at=self.ordered_at, **money)
        back = PaymentRefunded(refund_id=self.id(2), kind="refund", refunded_at=self.ended_at, **money)
        return [*([paid] if self.paid else []), *([back] if self.given_back else [])]

    def counts(self) -> list[tuple[datetime, tuple[str, ...], dict[str, int]]]:
        """What it has to add up to: each moment in UTC, the values of DIMENSIONS, and the sums that are not zero."""
        device, plan = (self.device, "plus") if self.ordered else ("unknown", "unknown")
        style, ended = self.style, self.ended_at
        rendering = min(1000, self.lasted // timedelta(milliseconds=1))
        waiting = round(self.lasted / timedelta(milliseconds=1)) - rendering
        lines = [
            (self.ordered_at, of("sign_up"), {}),
            (self.ordered_at, of("page", page="/studio", device=self.device), {"seconds": self.seconds}),
        ]
        if self.ordered:
            lines.append((self.ordered_at, of("order", device=device, plan=plan), {}))
        if self.pictures:
            outcome = "succeeded" if self.pictures == 2 else "partly_succeeded"
            place = of("figurine", style=style, engine="studio", outcome=outcome, device=device, plan=plan)
            sums = {"pictures": self.pictures, "timed": 1, "rendering_ms": rendering, "waiting_ms": waiting}
            lines.append((ended, place, sums))
        else:
            place = of("figurine", style=style, outcome="failed", reason="engine_timeout", device=device, plan=plan)
            lines.append((ended, place, {}))
        if self.ratings:
            last = max(range(len(self.ratings)), key=self.rated_at)
            stars = self.ratings[last][1]
            outcome = "rated" if stars else "taken_back"
            place = of("rating", style=style, engine="studio", outcome=outcome)
            lines.append((self.rated_at(last), place, {"stars": stars}))
        for happened, at, kind, reason in (
            (self.paid, self.ordered_at, "purchase", "pack"),
            (self.given_back, ended, "refund", "refund"),
        ):
            if happened:
                lines.append((at, of(kind, reason=reason, currency="EUR"), {"credits": 20, "amount": 499}))
        return [(at.astimezone(UTC), place, {"facts": 1, **sums}) for at, place, sums in lines]


def of(kind: str, **known: str) -> tuple[str, ...]:
    """The values of DIMENSIONS, as they are called where nothing is known."""
    names = ("style", "engine", "outcome", "reason", "page", "device", "plan", "currency")
    unknown = {"device": "unknown", "plan": "unknown"}
    return (kind, *(known.get(name, unknown.get(name, "none")) for name in names))


def recounted(stories: Sequence[Story], grain: str) -> dict[tuple[datetime | date, *tuple[str, ...]], Counter[str]]:
    """Everything added up by hand, in periods of UTC."""
    totals: dict[tuple[datetime | date, *tuple[str, ...]], Counter[str]] = {}
    for story in stories:
        for at, place, sums in story.counts():
            period: datetime | date = at.replace(minute=0, second=0, microsecond=0)
            if grain != "hour":
                period = date(at.year, at.month, at.day if grain == "day" else 1)
            totals.setdefault((period, *place), Counter()).update(sums)
    return totals


@st.composite
def _story(draw: st.DrawFn) -> Story:
    zone, day = draw(st.sampled_from(TURNS))
    ordered_at = datetime(
        day.year,
        day.month,
        day.day,
        hour=draw(st.sampled_from([0, 1, 2, 3, 10, 12, 23])),
        minute=draw(st.integers(0, 59)),
        fold=draw(st.integers(0, 1)),
        tzinfo=ZoneInfo(zone),
    )
    return Story(
        number=draw(st.integers(0, 2**40)),
        zone=draw(st.sampled_from([zone for zone, _ in TURNS])),
        ordered_at=ordered_at,
        person=draw(st.integers(0, 2)),
        device=draw(st.sampled_from(["phone", "desktop"])),
        style=draw(st.sampled_from(["window-box", "acrylic-standee"])),
        pictures=draw(st.integers(0, 2)),
        lasted=draw(st.timedeltas(timedelta(0), timedelta(days=2))),
        ordered=draw(st.booleans()),
        ratings=tuple(draw(st.lists(st.tuples(st.integers(0, 45), st.integers(0, 5)), max_size=3))),
        paid=draw(st.booleans()),
        given_back=draw(st.booleans()),
        seconds=draw(st.integers(0, 600)),
    )


stories = st.lists(_story(), min_size=1, max_size=5, unique_by=lambda story: story.number)
