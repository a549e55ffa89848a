"""What the gateway listens to. Reads like a table of contents."""

from functools import partial

from common.contracts.analytics import AnomalyDetected, AnomalyEnded
from common.contracts.billing import (
    CreditsCaptured,
    CreditsExpired,
    CreditsGranted,
    CreditsHeld,
    CreditsReleased,
    CreditsWithdrawn,
    EntitlementsChanged,
    MailRequested,
    PaymentReceived,
    SubscriptionChanged,
)
from common.contracts.generation import (
    FigurineDeleted,
    FigurineFailed,
    FigurineGenerated,
    FigurineRequested,
    FigurineStarted,
)
from common.contracts.privacy import (
    ConsentChanged,
    ExportRequested,
    PolicyPublished,
    ProcessingRestricted,
    ProcessingResumed,
)
from common.contracts.rights import PromiseBroken
from common.parts import record_export
from common.subscriptions import Subscriptions
from gateway.repository import Work
from gateway.use_cases import consents, figurines, mails, payments, policies, promises

SUBSCRIPTIONS: Subscriptions[Work] = {
    FigurineRequested: figurines.note_priced,
    CreditsHeld: figurines.note_queued,
    FigurineStarted: figurines.note_started,
    FigurineGenerated: figurines.note_generated,
    FigurineFailed: figurines.note_failed,
    FigurineDeleted: figurines.note_deleted,
    CreditsGranted: figurines.note_balance,
    CreditsCaptured: figurines.note_balance,
    CreditsReleased: figurines.note_balance,
    CreditsExpired: figurines.note_balance,
    CreditsWithdrawn: figurines.note_balance,
    PaymentReceived: payments.note_payment,
    SubscriptionChanged: payments.note_plan,
    EntitlementsChanged: payments.note_allowance,
    ConsentChanged: consents.note_consent,
    ProcessingRestricted: consents.note_restricted,
    ProcessingResumed: consents.note_resumed,
    MailRequested: mails.write_to_person,
    PolicyPublished: policies.note_published,
    ExportRequested: partial(record_export, service="gateway"),
    PromiseBroken: promises.tell_operators,
    AnomalyDetected: promises.tell_unusual,
    AnomalyEnded: promises.tell_usual_again,
}
