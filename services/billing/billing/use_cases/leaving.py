"""When somebody leaves: no plan goes on, no provider knows her, and holds end by what becomes of their figurines."""

from uuid import UUID

from billing.repository import Work
from billing.use_cases import departing


def end_payments(work: Work, user_id: UUID) -> None:
    """Plans end, orders are given up, providers forget her: asked for now, and seen to by the clock."""
    departing.end_everything(work, user_id)


def is_settled(work: Work, user_id: UUID, _request_id: UUID) -> bool:
    """Whether no credits of hers are held and no payment is under way."""
    departing.end_everything(work, user_id)  # again: what was on its way when she left may have come meanwhile
    return departing.payments_are_ended(work, user_id) and not work.ledger.has_open_holds(user_id)
