"""What reports are made of beside sums and sketches, what is unusual, and what was published."""

from typing import Final

from common.inventory import Days, Table

_OF_NOBODY: Final = "it counts everybody's together; no row is about a person"
# Longer than the eight weeks that an hour is compared with.
RATES_KEPT: Final = Days(70, after="hour")

REPORTS: Final = (
    Table(
        "signals_of_hours",
        subject=None,
        because=_OF_NOBODY,
        columns={
            "signal": "What was noticed, as in a sign-in that failed.",
            "hour": "When the hour began.",
            "count": "How often.",
        },
    ),
    Table(
        "rates_of_hours",
        subject=None,
        because=_OF_NOBODY,
        retain=RATES_KEPT,
        columns={
            "rate": "What is watched.",
            "part": "Of which part, as an engine.",
            "hour": "When the hour began.",
            "value": "What the hour brought.",
            "things": "Out of how many.",
        },
    ),
    Table(
        "watches",
        subject=None,
        because=_OF_NOBODY,
        columns={
            "rate": "What is watched.",
            "part": "Of which part.",
            "judged_until": "The last hour that was judged.",
            "since": "Since when it is unusual.",
            "calm": "For how many hours it has been as usual again.",
            "silent": "For how many hours nothing happened.",
        },
    ),
    Table(
        "anomalies",
        subject=None,
        because=_OF_NOBODY,
        columns={
            "rate": "What was unusual.",
            "part": "Of which part.",
            "since": "The first hour.",
            "until": "The hour in which it was over.",
            "value": "What the first hour brought.",
            "expected": "What it should have brought.",
            "step": "How much it differs by chance.",
            "detail": "The same in a sentence.",
        },
    ),
    Table(
        "releases",
        subject=None,
        because=_OF_NOBODY,
        columns={
            "month": "The month.",
            "epsilon": "How much of a person may show in its numbers.",
            "at_most": "How many figurines of one person count.",
            "k": "Of how many people at least something is told.",
            "released_at": "When it was published.",
        },
    ),
    Table(
        "released_figurines",
        subject=None,
        because="it was published: no group in it is of fewer than twenty people",
        columns={
            "month": "The month.",
            "style": "The style; `other` for those with too few people.",
            "figurines": "How many figurines, with noise.",
        },
    ),
)
