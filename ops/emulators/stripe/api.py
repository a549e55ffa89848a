"""The API put together: its doors, and what the clock does."""

from ops.emulators.stripe import (
    catalogue,
    checkout,
    customers,
    event_doors,
    invoice_doors,
    invoices,
    methods,
    payments,
    refunds,
    renewals,
    subscription_doors,
)  # fmt: skip
from ops.emulators.stripe.routing import Route
from ops.emulators.stripe.world import World

ROUTES: tuple[Route, ...] = (
    *customers.ROUTES, *catalogue.ROUTES, *checkout.ROUTES, *event_doors.ROUTES, *invoice_doors.ROUTES,
    *methods.ROUTES, *payments.ROUTES, *refunds.ROUTES, *subscription_doors.ROUTES,
)  # fmt: skip


def new_world() -> World:
    """An empty world that knows what to do when."""
    world = World()
    # Invoices first: a session reports what has been settled.
    world.after_payment = [invoices.after_payment, checkout.after_payment]
    world.tasks = {task.__name__: task for task in renewals.TASKS}
    world.tasks |= {
        "expire_session": checkout.expire_session,
        "settle_debit": payments.settle_debit,
        "fail_refund": refunds.fail,
        "open_dispute": lambda world, ident: refunds.dispute(world, ident) and None,
    }
    return world
