"""What billing listens to. Reads like a table of contents."""

from functools import partial

from billing.domain.catalogue import Catalogues
from billing.repository import Work
from billing.use_cases import correcting, ledger
from common.contracts.gateway import UserCorrected, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRequested
from common.contracts.privacy import ExportRequested
from common.parts import record_export
from common.subscriptions import Subscriptions


def subscriptions(*, trial_credits: int | None = None, catalogues: Catalogues | None = None) -> Subscriptions[Work]:
    """Each event and the one function that takes it; `trial_credits` replaces what the catalogue says."""
    return {
        UserRegistered: partial(ledger.welcome, credits=trial_credits, catalogues=catalogues),
        UserCorrected: correcting.note_correction,
        FigurineRequested: ledger.hold_for_figurine,
        FigurineGenerated: ledger.capture_delivered_pictures,
        FigurineFailed: ledger.release_hold,
        ExportRequested: partial(record_export, service="billing"),
    }
