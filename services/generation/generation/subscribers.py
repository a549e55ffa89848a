"""What generation listens to. Reads like a table of contents."""

from functools import partial

from common.contracts.billing import CreditsHeld, CreditsRefused, EntitlementsChanged
from common.contracts.gateway import FigurineEditOrdered, ImageUploaded
from common.contracts.privacy import ConsentChanged, ExportRequested
from common.parts import record_export
from common.subscriptions import Subscriptions
from generation import use_cases
from generation.domain import SAVED_PHOTOS
from generation.repository import Work


def subscriptions(catalogue: use_cases.Catalogue, *, saved_photos: int = SAVED_PHOTOS) -> Subscriptions[Work]:
    """Each event and the one function that takes it."""
    return {
        ImageUploaded: partial(use_cases.accept_order, catalogue=catalogue, saved_photos=saved_photos),
        FigurineEditOrdered: partial(use_cases.accept_edit, catalogue=catalogue),
        CreditsHeld: use_cases.queue_job,
        CreditsRefused: use_cases.reject_job,
        EntitlementsChanged: use_cases.note_allowance,
        ConsentChanged: use_cases.note_consent,
        ExportRequested: partial(record_export, service="generation"),
    }
