"""What analytics does: one function per intent, inside the caller's unit of work."""

from analytics.use_cases.anonymising import (
    close_next_month,
    drop_month,
    let_beginners_be_forgotten,
    let_facts_forget_beginners,
    make_anonymous,
    months_open,
    months_to_drop,
)
from analytics.use_cases.choosing import note_consent, note_restricted, note_resumed
from analytics.use_cases.counting import count_failed, count_generated, count_sign_up
from analytics.use_cases.reading import read_days, read_own_usage, read_sign_ups

__all__ = [
    "close_next_month",
    "count_failed",
    "count_generated",
    "count_sign_up",
    "drop_month",
    "let_beginners_be_forgotten",
    "let_facts_forget_beginners",
    "make_anonymous",
    "months_open",
    "months_to_drop",
    "note_consent",
    "note_restricted",
    "note_resumed",
    "read_days",
    "read_own_usage",
    "read_sign_ups",
]
