"""What privacy does: one function per intent, inside the caller's unit of work."""

from privacy.use_cases.consents import change_consent, read_consents
from privacy.use_cases.disclosures import file_disclosure, read_disclosures
from privacy.use_cases.retention import (
    K1,
    forget,
    prove_deletion,
    prove_saved_photo_gone,
    read_proofs,
    read_retention,
    remember_failed,
    remember_generated,
    report_overdue,
    start_clock,
)

__all__ = [
    "K1",
    "change_consent",
    "file_disclosure",
    "forget",
    "prove_deletion",
    "prove_saved_photo_gone",
    "read_consents",
    "read_disclosures",
    "read_proofs",
    "read_retention",
    "remember_failed",
    "remember_generated",
    "report_overdue",
    "start_clock",
]
