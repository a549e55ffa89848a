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
from analytics.use_cases.counting import (
    count_failed,
    count_generated,
    count_payment,
    count_rating,
    count_refund,
    count_sign_up,
    count_usage,
)
from analytics.use_cases.naming import destroy_keys, names_in_months, names_of
from analytics.use_cases.reading import read_days, read_own_time, read_own_usage, read_sign_ups
from analytics.use_cases.settling import settle
from analytics.use_cases.signalling import note_signals
from analytics.use_cases.tidying import bring_back, make_months

__all__ = [
    "bring_back",
    "close_next_month",
    "count_failed",
    "count_generated",
    "count_payment",
    "count_rating",
    "count_refund",
    "count_sign_up",
    "count_usage",
    "destroy_keys",
    "drop_month",
    "let_beginners_be_forgotten",
    "let_facts_forget_beginners",
    "make_anonymous",
    "make_months",
    "months_open",
    "months_to_drop",
    "names_in_months",
    "names_of",
    "note_consent",
    "note_restricted",
    "note_resumed",
    "note_signals",
    "read_days",
    "read_own_time",
    "read_own_usage",
    "read_sign_ups",
    "settle",
]
