"""What the gateway stores while it counts: nobody stands in it."""

from common.inventory import Days, Hours, Table, Until

COUNTED = (
    Table(
        "usage_rates",
        subject=None,
        because="a keyed digest, another one every day, keeps made-up use from being counted; it tells nobody whose",
        retain=Until("due_at", within=Hours(8)),
        columns={
            "who": "A keyed digest of an account or of a device's address, with the day.",
            "due_at": "Until when what was counted would take, one second after the other.",
        },
    ),
    Table(
        "signals",
        subject=None,
        because="it counts what went wrong in an hour; no row is about a person",
        retain=Days(30, after="hour"),
        columns={
            "hour": "When the hour began.",
            "signal": "What was noticed, such as a sign-in that failed.",
            "count": "How often.",
            "told": "How much of it was told to whoever watches over it.",
            "since": "When the first of what was not told was noticed.",
        },
    ),
)
