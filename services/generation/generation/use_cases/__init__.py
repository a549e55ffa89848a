"""What generation does: one function per intent, inside the caller's unit of work."""

from generation.use_cases.models import (
    ask_for_model,
    claim_model,
    deliver_model,
    fail_model,
    find_model,
    postpone_model,
    seconds_to_model,
)
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
from generation.use_cases.pictures import find_picture, queue_place

__all__ = [
    "Catalogue",
    "accept_order",
    "ask_for_model",
    "cancel_figurine",
    "claim_job",
    "claim_model",
    "deliver",
    "deliver_model",
    "expire_uploads",
    "fail_attempt",
    "fail_model",
    "find_model",
    "find_picture",
    "keep_claim",
    "postpone_attempt",
    "postpone_model",
    "queue_job",
    "queue_place",
    "record_deletion",
    "reject_job",
    "release_expired_leases",
    "seconds_to_model",
]
