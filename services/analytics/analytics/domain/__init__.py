"""What happens on the platform, counted without watching anyone. Pure."""

from analytics.domain.facts import NONE, Fact, Outcome, may_count, outcome_of_delivery, outcome_of_failure, waiting_ms
from analytics.domain.moments import LONGEST_SPAN, Span, SpanRefused, day_of
from analytics.domain.names import MONTHS_KEPT, Pseudonyms
from analytics.domain.usage import Count, DayCount, Made, SignUps, by_day, by_style, summed

__all__ = [
    "LONGEST_SPAN",
    "MONTHS_KEPT",
    "NONE",
    "Count",
    "DayCount",
    "Fact",
    "Made",
    "Outcome",
    "Pseudonyms",
    "SignUps",
    "Span",
    "SpanRefused",
    "by_day",
    "by_style",
    "day_of",
    "may_count",
    "outcome_of_delivery",
    "outcome_of_failure",
    "summed",
    "waiting_ms",
]
