"""When somebody leaves: her holds are settled first, by what becomes of their figurines."""

from uuid import UUID

from billing.repository import Work


def is_settled(work: Work, user_id: UUID, _request_id: UUID) -> bool:
    """Whether no credits of hers are held and no payment is under way."""
    return not work.ledger.has_open_holds(user_id)
