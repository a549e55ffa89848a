"""A person leaves: her plan ends at once, what she has not paid is given up, and the providers forget her.

Everything is recorded in one transaction and done by jobs, each asking until its provider has confirmed. Invoices,
the ledger, refunds under way and the time in which something can be given back stay as they are.
"""

from uuid import UUID

from billing.domain.subscriptions import ACCOUNT_DELETED
from billing.repository import Work


def end_everything(work: Work, user_id: UUID) -> None:
    """Bring a person's payments to an end; told twice, late or after a crash it comes to the same."""
    work.departures.begin(user_id)
    work.subscriptions.ask_end_of_all(user_id, ACCOUNT_DELETED)
    work.orders.give_up_all(user_id)
    work.customers.ask_delete(user_id)


def payments_are_ended(work: Work, user_id: UUID) -> bool:
    """Whether nothing is open any more: no order to be paid, no plan that goes on, no customer at a provider."""
    return work.departures.are_over(user_id)
