"""Every column and queue analytics stores: whose, why, how long, how exported, how erased."""

from common.inventory import (
    COMMON_TABLES,
    AsJson,
    Category,
    Column,
    Delete,
    Inventory,
    Pseudonym,
    Purpose,
    Table,
    UntilErased,
    Years,
    queues_of,
)

FACTS_KEPT = Years(2, after="day")

_COUNTS_OF_EVERYBODY = "it counts everybody's together; no row is about a person"

INVENTORY = Inventory(
    "analytics",
    Table(
        "facts",
        what="How you use the studio, under a pseudonym",
        subject=Pseudonym("subject"),
        category=Category.C4,
        purposes=(Purpose.U1, Purpose.U9),
        retain=FACTS_KEPT,
        erase=Delete(),
        export=AsJson("usage/figurines.json"),
        columns={
            "figurine": Column(
                "A keyed mark of the figurine, so that it counts once.",
                withheld="it only says that a figurine was counted; the figurine itself is in your archive",
            ),
            "subject": Column(
                "Your pseudonym of that month.",
                withheld="it would let whoever reads your archive find you in our statistics",
            ),
            "day": "The day on which a figurine of yours was made, or could not be made.",
            "style": "Its style.",
            "engine": "What made it.",
            "outcome": "How it ended.",
            "pictures": "How many pictures you got.",
            "rendering_ms": "How long it was painted, in milliseconds.",
            "waiting_ms": "How long it waited, in milliseconds.",
        },
    ),
    Table(
        "choices",
        what="Whether you let yourself be counted, as the counter last heard it",
        subject=Pseudonym("chooser"),
        category=Category.RIGHTS,
        purposes=(Purpose.U3, Purpose.U9),
        retain=UntilErased(),
        erase=Delete(),
        export=AsJson("usage/choices.json"),
        columns={
            "chooser": Column(
                "A pseudonym of yours for this alone.",
                withheld="it would let whoever reads your archive find you among those who said something",
            ),
            "purpose": "What you said something about.",
            "granted": "Whether you allowed it, as last heard.",
            "changed_at": "When you said that.",
        },
    ),
    Table(
        "figurines_per_day",
        subject=None,
        because=_COUNTS_OF_EVERYBODY,
        columns={
            "day": "The day.",
            "style": "The style.",
            "engine": "What painted.",
            "outcome": "How the figurines ended.",
            "figurines": "How many there were.",
            "pictures": "How many pictures they had.",
        },
    ),
    Table(
        "sign_ups_per_day",
        subject=None,
        because=_COUNTS_OF_EVERYBODY,
        columns={
            "day": "The day.",
            "accounts": "How many accounts were opened.",
        },
    ),
    *COMMON_TABLES,
    *queues_of("analytics"),
)
