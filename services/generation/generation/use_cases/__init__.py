"""What generation does: one function per intent, inside the caller's unit of work."""

from generation.use_cases.consents import note_consent, note_restricted, note_resumed, note_words
from generation.use_cases.models import (
    ask_for_model,
    claim_model,
    deliver_model,
    fail_model,
    find_model,
    postpone_model,
    seconds_to_model,
)
from generation.use_cases.orders import Catalogue, accept_edit, accept_order, cancel_figurine, queue_job, reject_job
from generation.use_cases.owning import (
    delete_figurine,
    find_rating,
    find_share,
    open_share,
    rate_figurine,
    record_gone,
    share_figurine,
    unshare_figurine,
)
from generation.use_cases.painting import (
    claim_job,
    deliver,
    disclose,
    fail_attempt,
    fail_unknown,
    keep_claim,
    note_unknown_calls,
    paint_order,
    postpone_attempt,
    release_expired_leases,
)
from generation.use_cases.photos import expire_uploads, record_deletion
from generation.use_cases.pictures import find_picture, find_pictures
from generation.use_cases.quality import report_quality
from generation.use_cases.queueing import (
    assign_engines,
    measure_queue,
    queue_place,
    reconsider_stranded,
)
from generation.use_cases.saved_photos import delete_photo, drop_photo, find_photo, keep_photo, record_photo_gone

__all__ = [
    "Catalogue",
    "accept_edit",
    "accept_order",
    "ask_for_model",
    "assign_engines",
    "cancel_figurine",
    "claim_job",
    "claim_model",
    "delete_figurine",
    "delete_photo",
    "deliver",
    "deliver_model",
    "disclose",
    "drop_photo",
    "expire_uploads",
    "fail_attempt",
    "fail_model",
    "fail_unknown",
    "find_model",
    "find_photo",
    "find_picture",
    "find_pictures",
    "find_rating",
    "find_share",
    "keep_claim",
    "keep_photo",
    "measure_queue",
    "note_consent",
    "note_restricted",
    "note_resumed",
    "note_unknown_calls",
    "note_words",
    "open_share",
    "paint_order",
    "postpone_attempt",
    "postpone_model",
    "queue_job",
    "queue_place",
    "rate_figurine",
    "reconsider_stranded",
    "record_deletion",
    "record_gone",
    "record_photo_gone",
    "reject_job",
    "release_expired_leases",
    "report_quality",
    "seconds_to_model",
    "share_figurine",
    "unshare_figurine",
]
