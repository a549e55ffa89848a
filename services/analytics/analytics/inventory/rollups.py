"""Sums of everybody's, and the keys that names are made with; nothing here is about a person."""

from typing import Final

from common.inventory import Days, Table, Until, Years

_OF_EVERYBODY: Final = "it counts everybody's together; no row is about a person"
_HALF_A_KEY: Final = "it is half of a key, made by chance; which names it gives, only the key in the settings tells"

_SUMS: Final = {
    "kind": "What happened, as in the facts.",
    "style": "The style.",
    "engine": "What painted.",
    "outcome": "How it ended.",
    "reason": "Why it failed, or what was bought.",
    "page": "The page that was open.",
    "device": "The kind of device.",
    "plan": "The plan of those who ordered.",
    "currency": "The currency of the amount.",
    "facts": "How many facts there were.",
    "pictures": "How many pictures.",
    "credits": "How many credits.",
    "amount": "How much money, in the smallest unit of the currency.",
    "seconds": "How many seconds of use.",
    "stars": "How many stars.",
    "timed": "How many of the facts have times.",
    "rendering_ms": "How long these were painted, all together, in milliseconds.",
    "waiting_ms": "How long these waited, all together, in milliseconds.",
}

# Long enough to compare an hour with the same one of the weeks before.
HOURS_KEPT: Final = Days(40, after="period")
DAYS_KEPT: Final = Years(2, after="period")

ROLLUPS: Final = (
    Table(
        "rollups_of_hours",
        subject=None,
        because=_OF_EVERYBODY,
        retain=HOURS_KEPT,
        columns={"period": "When the hour began.", **_SUMS},
    ),
    Table(
        "rollups_of_days",
        subject=None,
        because=_OF_EVERYBODY,
        retain=DAYS_KEPT,
        columns={"period": "The day, in UTC.", **_SUMS},
    ),
    Table("rollups_of_months", subject=None, because=_OF_EVERYBODY, columns={"period": "The month.", **_SUMS}),
    Table(
        "rollups_of_clients",
        subject=None,
        because=_OF_EVERYBODY,
        retain=DAYS_KEPT,
        columns={
            "period": "The day, in UTC.",
            "kind": "Whether a page was open or a figurine ordered.",
            "os": "The operating system, without a version.",
            "browser": "The browser, without a version.",
            "country": "The country of the network.",
            "facts": "How often.",
            "seconds": "How many seconds of use.",
        },
    ),
    Table(
        "sketches",
        subject=None,
        because="it tells about how many people there were and how long things took; whose they were is not in it",
        retain=Until("keep_until", within=Years(2)),
        columns={
            "grain": "Whether the period is an hour, a day or a month.",
            "period": "When it began.",
            "measure": "What is told of it: people, or a time.",
            "dimension": "Of what: all, or a kind, an engine, a cohort.",
            "value": "Of which kind, engine or cohort.",
            "sketch": "The sketch: HyperLogLog of people, or t-digest of times.",
            "keep_until": "When it goes.",
        },
    ),
)

KEYS: Final = (
    Table(
        "pseudonym_keys",
        subject=None,
        because=_HALF_A_KEY,
        columns={
            "month": "The month whose names it makes.",
            "salt": "The half; none for names as once made.",
        },
    ),
    Table(
        "visitor_keys",
        subject=None,
        because=_HALF_A_KEY,
        columns={"day": "The day whose names it makes.", "salt": "The half."},
    ),
)
