"""Billing at the Stripe emulator, for the tests of payments alone: what it imports takes its time."""

from tests.fixtures.till import ada, till, till_database, till_dsn

__all__ = ["ada", "till", "till_database", "till_dsn"]
