"""What analytics listens to. Reads like a table of contents."""

from functools import partial

from analytics import use_cases
from analytics.domain import Pseudonyms
from analytics.repository import Work
from common.contracts.billing import PaymentReceived, PaymentRefunded
from common.contracts.gateway import SignalsCounted, UsageObserved, UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRated
from common.contracts.privacy import ConsentChanged, ExportRequested, ProcessingRestricted, ProcessingResumed
from common.parts import record_export
from common.subscriptions import Subscriptions


def subscriptions(pseudonyms: Pseudonyms) -> Subscriptions[Work]:
    """Each event and the one function that takes it."""
    return {
        UserRegistered: partial(use_cases.count_sign_up, pseudonyms=pseudonyms),
        UsageObserved: partial(use_cases.count_usage, pseudonyms=pseudonyms),
        FigurineGenerated: partial(use_cases.count_generated, pseudonyms=pseudonyms),
        FigurineFailed: partial(use_cases.count_failed, pseudonyms=pseudonyms),
        FigurineRated: partial(use_cases.count_rating, pseudonyms=pseudonyms),
        SignalsCounted: use_cases.note_signals,
        PaymentReceived: partial(use_cases.count_payment, pseudonyms=pseudonyms),
        PaymentRefunded: partial(use_cases.count_refund, pseudonyms=pseudonyms),
        ConsentChanged: partial(use_cases.note_consent, pseudonyms=pseudonyms),
        ProcessingRestricted: partial(use_cases.note_restricted, pseudonyms=pseudonyms),
        ProcessingResumed: partial(use_cases.note_resumed, pseudonyms=pseudonyms),
        ExportRequested: partial(record_export, service="analytics"),
    }
