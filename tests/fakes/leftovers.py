"""What a test leaves in the rows that others of the same run would take up: jobs, uploads, events."""

from common.database import Database

WORK = {
    "gateway": (
        "outbox",
        "alarms",
        "crowds",
        "account_origins",
        "pending_addresses",
        "corrections",
        "mails",
        "tickets",
        "contact_rates",
        "recovery_wishes",
        "recoveries",
        "tries",
        "passkey_challenges",
        "sign_in_steps",
        "usage_rates",
        "signals",
        "access_log",
        "policy_told",
        "policy_notices",
        "deliveries",
    ),
    "generation": (
        "outbox",
        "shares",
        "ratings",
        "models",
        "pictures",
        "attempts",
        "batches",
        "figurines",
        "uploads",
        "saved_photos",
        "lines",
        "rounds",
        "allowances",
        "consents",
        "disclosures",
        "style_switches",
        "engine_tellings",
        "breaker_wishes",
    ),
    "billing": (
        "outbox",
        "disputes",
        "refund_proposals",
        "refunds",
        "orders",
        "subscriptions",
        "customers",
        "departures",
        "disclosures",
        "entitlements",
        "corrections",
        "payment_events",
        "looks",
        "sweeps",
        "law_looks",
    ),
    "privacy": ("outbox", "clocks", "endings", "archives", "requests"),
    "analytics": ("outbox",),
}


def clear(service: str, database: Database) -> None:
    """Leave nothing to do."""
    with database.begin() as connection:
        # Parts of copies are owed by every service.
        for table in ("exports", *WORK[service]):
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - names from the table above
