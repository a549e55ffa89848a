"""What analytics does: one function per intent, inside the caller's unit of work."""

from analytics.use_cases.choosing import note_consent, note_restricted, note_resumed
from analytics.use_cases.counting import count_failed, count_generated, count_sign_up
from analytics.use_cases.reading import read_days, read_own_usage, read_sign_ups

__all__ = [
    "count_failed",
    "count_generated",
    "count_sign_up",
    "note_consent",
    "note_restricted",
    "note_resumed",
    "read_days",
    "read_own_usage",
    "read_sign_ups",
]
