"""The API put together: its doors, and what the clock does."""

from ops.emulators.stripe import (
    catalogue,
    charges,
    checkout,
    customers,
    event_doors,
    invoice_doors,
    invoices,
    methods,
    payments,
    portal,
    refunds,
    renewals,
    subscription_doors,
)  # fmt: skip
from ops.emulators.stripe.routing import Route
from ops.emulators.stripe.world import World

ROUTES: tuple[Route, ...] = (
    *customers.ROUTES, *catalogue.ROUTES, *charges.ROUTES, *checkout.ROUTES, *event_doors.ROUTES, *invoice_doors.ROUTES,
    *methods.ROUTES, *payments.ROUTES, *portal.ROUTES, *refunds.ROUTES, *subscription_doors.ROUTES,
)  # fmt: skip


def new_world() -> World:
    """An empty world that knows what to do when."""
    world = World()
    # Invoices first: a session reports what has been settled.
    world.after_payment = [invoices.after_payment, checkout.after_payment]
    for task in renewals.TASKS:
        world.tasks[task.__name__] = task
    world.tasks["expire_session"] = checkout.expire_session
    world.tasks["settle_debit"] = payments.settle_debit
    world.tasks["fail_refund"] = refunds.fail
    world.tasks["open_dispute"] = refunds.open_dispute
    return world
