"""Figurines: how a job lives and ends, what it costs, and how long a photo may stay. Pure."""

from generation.domain.jobs import (
    LONGEST_PAINTING,
    MAX_FAILURES,
    RETRYABLE,
    STORE_PAUSE,
    TRANSITIONS,
    AlreadyEnded,
    FailureCode,
    Figurine,
    NoSuchFigurine,
    QueuePlace,
    State,
    after_failure,
    is_terminal,
    outcome,
    waiting_time,
)
from generation.domain.photos import EXPIRY_MARGIN, UPLOAD_LIFETIME, Upload
from generation.domain.pictures import Format, NoSuchPicture, StoredPicture
from generation.domain.provenance import Action, Inspection, Making, Origin, making_of
from generation.domain.styles import ASPECT_RATIOS, MAX_VARIANTS, Style

__all__ = [
    "ASPECT_RATIOS",
    "EXPIRY_MARGIN",
    "LONGEST_PAINTING",
    "MAX_FAILURES",
    "MAX_VARIANTS",
    "RETRYABLE",
    "STORE_PAUSE",
    "TRANSITIONS",
    "UPLOAD_LIFETIME",
    "Action",
    "AlreadyEnded",
    "FailureCode",
    "Figurine",
    "Format",
    "Inspection",
    "Making",
    "NoSuchFigurine",
    "NoSuchPicture",
    "Origin",
    "QueuePlace",
    "State",
    "StoredPicture",
    "Style",
    "Upload",
    "after_failure",
    "is_terminal",
    "making_of",
    "outcome",
    "waiting_time",
]
