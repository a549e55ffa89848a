"""What is left after two years, and the evidence that nobody can be found in it."""

from typing import Final

from common.inventory import Table

_OF_MANY: Final = "each row is of at least twenty people, and which they are can no longer be told"
_OF_MONTHS: Final = "it says how a month became anonymous; no row is about a person"

ANONYMOUS: Final = (
    Table(
        "anonymous_facts",
        subject=None,
        because=_OF_MANY,
        columns={
            "month": "The month.",
            "day": "The day, where enough people had the same on it.",
            "kind": "What happened, as in the facts.",
            "style": "The style, or that several were merged.",
            "engine": "What painted, or that several were merged.",
            "outcome": "How it ended, or that several were merged.",
            "page": "The page that was open, or that several were merged.",
            "currency": "The currency of the amount, or that several were merged.",
            "facts": "How many facts there were.",
            "pictures": "How many pictures.",
            "credits": "How many credits.",
            "amount": "How much money, in the smallest unit of the currency; nothing where currencies were merged.",
            "seconds": "How many seconds of use.",
            "stars": "How many stars.",
            "timed": "How many of the facts have times.",
            "rendering_ms": "How long these were painted, all together, in milliseconds.",
            "waiting_ms": "How long these waited, all together, in milliseconds.",
        },
    ),
    Table(
        "anonymisations",
        subject=None,
        because=_OF_MONTHS,
        columns={
            "month": "The month that became anonymous.",
            "named": "How many of its facts had a name until then.",
            "unique_before": "How many of these were the only ones of their kind.",
            "counted": "How many facts there were by the sums.",
            "kept": "How many of them are in a row.",
            "suppressed": "How many are in none.",
            "suppressed_people": "Of how many people these were, at least.",
            "rows": "How many rows there are.",
            "unique_after": "In how many of them somebody stands alone: none.",
            "smallest": "How many people are behind the row with the fewest.",
            "candidates": "Among how many people somebody hides of whom one fact is known.",
            "digest": "SHA-256 of the rows.",
            "finished_at": "When that was.",
        },
    ),
    Table(
        "closed_months",
        subject=None,
        because=_OF_MONTHS,
        columns={
            "month": "A month to which nothing is added any more.",
            "late": "How many facts came too late for it, and were not kept.",
        },
    ),
)
