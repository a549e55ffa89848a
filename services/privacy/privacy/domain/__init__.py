"""The rights of a person and the promises made to her: what she allows, who got what, what is held. Pure."""

from privacy.domain.consents import (
    HISTORY_SHOWN,
    PURPOSES,
    STEP,
    Consent,
    ConsentChange,
    ConsentPurpose,
    How,
    NoSuchConsent,
    find_purpose,
    next_moment,
)
from privacy.domain.disclosures import Disclosure
from privacy.domain.retention import (
    LONGEST_HOLD,
    PROOFS_SHOWN,
    Fact,
    Proof,
    Retention,
    RetentionClock,
    deadline,
    delay,
    delay_sentence,
    deletion,
    removal,
)

__all__ = [
    "HISTORY_SHOWN",
    "LONGEST_HOLD",
    "PROOFS_SHOWN",
    "PURPOSES",
    "STEP",
    "Consent",
    "ConsentChange",
    "ConsentPurpose",
    "Disclosure",
    "Fact",
    "How",
    "NoSuchConsent",
    "Proof",
    "Retention",
    "RetentionClock",
    "deadline",
    "delay",
    "delay_sentence",
    "deletion",
    "find_purpose",
    "next_moment",
    "removal",
]
