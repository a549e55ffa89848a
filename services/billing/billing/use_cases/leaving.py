"""When somebody leaves: her payments end at once; her holds and whatever the providers owe an answer are waited for."""

from uuid import UUID

from billing.repository import Work
from billing.use_cases import departing


def end_payments(work: Work, user_id: UUID) -> None:
    """Her plan, what she has not paid, and who she is to the payment providers."""
    departing.end_everything(work, user_id)


def is_settled(work: Work, user_id: UUID, _request_id: UUID) -> bool:
    """Whether no credits of hers are held, no payment is under way, and the providers have forgotten her."""
    return not work.ledger.has_open_holds(user_id) and departing.payments_are_ended(work, user_id)
