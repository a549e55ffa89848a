"""What generation does: one function per intent, inside the caller's unit of work."""

from generation.use_cases.orders import Catalogue, accept_order, cancel_figurine, queue_job, reject_job
from generation.use_cases.painting import (
    claim_job,
    deliver,
    fail_attempt,
    keep_claim,
    postpone_attempt,
    release_expired_leases,
)
from generation.use_cases.photos import expire_uploads, record_deletion
from generation.use_cases.pictures import find_picture, find_pictures, queue_place

__all__ = [
    "Catalogue",
    "accept_order",
    "cancel_figurine",
    "claim_job",
    "deliver",
    "expire_uploads",
    "fail_attempt",
    "find_picture",
    "find_pictures",
    "keep_claim",
    "postpone_attempt",
    "queue_job",
    "queue_place",
    "record_deletion",
    "reject_job",
    "release_expired_leases",
]
