"""Which engine paints, whom that tells something, and how much is painted at once. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from common.contracts.consents import GEMINI as GEMINI_CONSENT
from generation.domain.jobs import FailureCode, QueuePlace, Standing, waiting_time
from generation.domain.styles import Style

STUDIO = "studio"
GEMINI = "gemini"
# News of a consent may come after the order that was placed because of it.
CONSENT_PATIENCE = timedelta(seconds=30)
# What a job takes where none like it was painted yet, in milliseconds.
_TYPICAL_MS = {STUDIO: 5_000, GEMINI: 30_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Who stands behind an engine that is not ours, what it is told, and what the person must have agreed to."""

    name: str
    consent: str
    kind: str
    purpose: str
    # How long it keeps what it was told.
    keeps: timedelta | None = None


# Gemini keeps prompts and pictures for 55 days to look for abuse: https://ai.google.dev/gemini-api/docs/usage-policies.
# Engines that paint on this machine tell nobody anything and stand in no list.
PARTNERS: Mapping[str, Partner] = {
    GEMINI: Partner(
        name="google_gemini",
        consent=GEMINI_CONSENT,
        kind="photo_and_prompt",
        purpose="U2",
        keeps=timedelta(days=55),
    )
}
TO_PARTNERS = frozenset(partner.consent for partner in PARTNERS.values())
# Engines that make a version of a picture without its photo, and what a partner is told then instead.
GOING_ON = frozenset({GEMINI})
GOING_ON_TELLS = "picture_and_prompt"
_PREFERENCE = (GEMINI, STUDIO)


def told(partner: Partner, *, goes_on: bool) -> str:
    """What kind of thing the partner is told for a job."""
    return GOING_ON_TELLS if goes_on else partner.kind


class NoEngine(StrEnum):
    """Why no engine may paint."""

    NO_STYLE = "no_style"
    NOT_HERE = "not_here"
    NO_CONSENT = "no_consent"

    @property
    def code(self) -> FailureCode:
        """What the person reads."""
        return _CODES[self]


_CODES = {
    NoEngine.NO_STYLE: FailureCode.REFUSED_BY_ENGINE,
    NoEngine.NOT_HERE: FailureCode.ENGINE_UNAVAILABLE,
    NoEngine.NO_CONSENT: FailureCode.RESTRICTED,
}


def choose_engine(offered: Sequence[str], available: Collection[str], consented: Collection[str]) -> str | NoEngine:
    """The engine for a style that offers these: Gemini where it is here and the person agreed, else the studio's.

    `consented` are the purposes the person agreed to.
    """
    here = [engine for engine in _PREFERENCE if engine in offered and engine in available]
    for engine in here:
        partner = PARTNERS.get(engine)
        if partner is None or partner.consent in consented:
            return engine
    return NoEngine.NO_CONSENT if here else NoEngine.NOT_HERE


def batch_engine(offered: Sequence[str], batches: Collection[str]) -> str | None:
    """The engine that paints what offers these in batches, if one does."""
    return next((engine for engine in _PREFERENCE if engine in offered and engine in batches), None)


def consent_may_come(withdrawn_at: datetime | None, *, ordered_at: datetime, now: datetime) -> bool:
    """Whether to wait for a consent: not when it was withdrawn after the order, and never for long."""
    withdrawn = withdrawn_at is not None and withdrawn_at >= ordered_at
    return not withdrawn and now < ordered_at + CONSENT_PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is painted at once: of one person, on each machine, and by a partner in the whole studio."""

    person: int = 2
    renderers: int = 2
    partners: Mapping[str, int] = field(default_factory=dict[str, int])

    def of(self, engine: str) -> int:
        """How many jobs this engine paints at once."""
        return max(1, self.partners.get(engine, self.renderers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Painters:
    """The engines of this studio, and what each of them paints."""

    styles: Mapping[str, Style]
    available: frozenset[str] = frozenset({STUDIO})
    limits: Limits = field(default_factory=Limits)
    # Those of them that take orders in batches, which may take a day.
    batches: frozenset[str] = frozenset()
    # On which terms the partners among them are used, as in `paid`.
    tiers: Mapping[str, str] = field(default_factory=dict[str, str])

    def batch_engine(self, style: str) -> str | NoEngine:
        """The engine that paints a style in batches; whoever ordered that did not order another engine."""
        if style not in self.styles:
            return NoEngine.NO_STYLE
        return batch_engine(self.styles[style].engines, self.batches) or NoEngine.NOT_HERE

    def choose(self, style: str, consented: Collection[str], *, goes_on: bool = False) -> str | NoEngine:
        """The engine for a job; a style that has left the catalogue has none.

        Who `goes_on` from a picture, without a photo, has to be able to.
        """
        if style not in self.styles:
            return NoEngine.NO_STYLE
        offered = [engine for engine in self.styles[style].engines if not goes_on or engine in GOING_ON]
        return choose_engine(offered, self.available, consented)

    def place(self, standing: Standing, recent_ms: Sequence[int], *, now: datetime) -> QueuePlace:
        """The place and an estimate that knows the engine's limit, the person's own, and a pause."""
        typical = _TYPICAL_MS[standing.engine]
        among_all = waiting_time(
            standing.place, recent_ms, self.limits.of(standing.engine), painting=standing.painting, typical=typical
        )
        among_own = waiting_time(
            standing.own_place, recent_ms, self.limits.person, painting=standing.own_painting, typical=typical
        )
        paused = (standing.not_before - now).total_seconds() if standing.not_before else 0
        alone = waiting_time(1, recent_ms, 1, typical=typical)
        estimate = max(among_all, among_own, round(max(0, paused)) + alone)
        return QueuePlace(place=standing.place, estimate_seconds=estimate)
