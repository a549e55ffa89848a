"""What a person can allow, by the names that several services act on; privacy has the sentences and the history."""

from datetime import date
from typing import Final

# Policies a person can have read, the oldest first; what they say lies in `policy`. What somebody says is tied to one.
POLICY_VERSIONS: Final = ("2026-11-01", "2026-11-26", "2026-11-27")

GEMINI: Final = "google_gemini"
SAVING: Final = "saved_photos"
QUALITY: Final = "quality_feedback"
TRAINING: Final = "photo_training"
ANALYTICS: Final = "analytics"
NEWS: Final = "news"
# Not a consent that is asked for: somebody who restricted it wants nothing done with her data but keeping it.
PROCESSING: Final = "processing"

# These are allowed until somebody takes them back; everything else only once somebody has said yes.
UNTIL_WITHDRAWN: Final = frozenset({SAVING, ANALYTICS, PROCESSING})


def can_have_been_read(version: str, day: date) -> bool:
    """Whether a policy was out by that day; versions are named after theirs. The first one always was."""
    return version in POLICY_VERSIONS and (version == POLICY_VERSIONS[0] or version <= day.isoformat())


def allowed(purpose: str, *, said: bool | None) -> bool:
    """Whether a purpose is allowed; without a word of hers, what stands until it is taken back is."""
    return purpose in UNTIL_WITHDRAWN if said is None else said
