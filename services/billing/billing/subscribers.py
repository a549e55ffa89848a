"""What billing listens to. Reads like a table of contents."""

from functools import partial

from billing import use_cases
from billing.repository import Work
from common.contracts.gateway import UserRegistered
from common.contracts.generation import FigurineFailed, FigurineGenerated, FigurineRequested
from common.subscriptions import Subscriptions


def subscriptions(*, trial_credits: int) -> Subscriptions[Work]:
    """Each event and the one function that takes it."""
    return {
        UserRegistered: partial(use_cases.open_account_with_trial_credits, credits=trial_credits),
        FigurineRequested: use_cases.hold_for_figurine,
        FigurineGenerated: use_cases.capture_delivered_pictures,
        FigurineFailed: use_cases.release_hold,
    }
