"""What privacy listens to. Reads like a table of contents."""

from functools import partial

from common.contracts.gateway import ImageUploaded, PolicyTold
from common.contracts.generation import (
    FigurineFailed,
    FigurineGenerated,
    ImageDeleted,
    PartnerDisclosed,
    SavedPhotoDeleted,
)
from common.contracts.privacy import ExportRequested
from common.contracts.rights import ExportPartFailed, ExportPartReady, PromiseChecked, UserDataErased
from common.parts import record_export
from common.subscriptions import Subscriptions
from privacy import use_cases
from privacy.ports import Pace, ReceiptKeys
from privacy.repository import Work
from privacy.use_cases import archives, erasures, promises, publishing


def subscriptions(keys: ReceiptKeys | None, pace: Pace) -> Subscriptions[Work]:
    """Each event and the one function that takes it; without keys no service's statement counts."""
    return {
        ImageUploaded: use_cases.start_clock,
        FigurineGenerated: use_cases.remember_generated,
        FigurineFailed: use_cases.remember_failed,
        ImageDeleted: use_cases.prove_deletion,
        SavedPhotoDeleted: use_cases.prove_saved_photo_gone,
        PartnerDisclosed: use_cases.file_disclosure,
        PolicyTold: publishing.note_told,
        ExportRequested: partial(record_export, service="privacy"),
        ExportPartReady: archives.take_part,
        ExportPartFailed: archives.note_failed_part,
        UserDataErased: partial(erasures.note_erased, keys=keys),
        PromiseChecked: partial(promises.file_finding, keys=keys, pace=pace),
    }
