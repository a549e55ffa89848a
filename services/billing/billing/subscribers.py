"""What billing listens to. Reads like a table of contents."""

from functools import partial

from billing.repository import Work
from billing.use_cases import ledger
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRequested
from common.subscriptions import Subscriptions


def subscriptions(*, trial_credits: int) -> Subscriptions[Work]:
    """Each event and the one function that takes it."""
    return {
        UserRegistered: partial(ledger.open_account_with_trial_credits, credits=trial_credits),
        FigurineRequested: ledger.hold_for_figurine,
        FigurineGenerated: ledger.capture_delivered_pictures,
        FigurineFailed: ledger.release_hold,
    }
