"""What is kept of each thing that happened, and of the person under her names."""

from typing import Final

from common.inventory import AsJson, Category, Column, Delete, Pseudonym, Purpose, Table, UntilErased, Years

# Months become anonymous as a whole before any of their days comes to this; what did not in time is deleted.
FACTS_KEPT: Final = Years(2, after="day")

_WOULD_FIND_YOU: Final = "it would let whoever reads your archive find you in our statistics"

FACTS: Final = Table(
    "facts",
    what="How you use the studio, under a pseudonym",
    subject=Pseudonym("subject"),
    category=Category.C4,
    purposes=(Purpose.U1, Purpose.U9),
    retain=FACTS_KEPT,
    erase=Delete(),
    export=AsJson("usage/facts.json"),
    columns={
        "mark": Column(
            "A keyed mark of what was counted, so that it counts once.",
            withheld="it only says that something was counted; the thing itself is in your archive",
        ),
        "kind": "What it is about: a figurine, its order, a rating, a purchase, a refund, or a page.",
        "day": "The day on which it happened, in UTC.",
        "hour": "The hour of that day.",
        "subject": Column("Your pseudonym of that month, or of that day for a page.", withheld=_WOULD_FIND_YOU),
        "style": "The style of the figurine.",
        "engine": "What made it.",
        "outcome": "How it ended.",
        "reason": "Why it failed, or what was bought.",
        "page": "The page that was open.",
        "device": "What kind of device you ordered or looked with.",
        "os": "Its operating system, without a version.",
        "browser": "Its browser, without a version.",
        "country": "The country of the network, where the studio has a list of networks.",
        "network": Column("A keyed mark of the network, for that day.", withheld=_WOULD_FIND_YOU),
        "plan": "Your plan when you ordered.",
        "cohort": "The month of your first figurine.",
        "pictures": "How many pictures you got.",
        "credits": "How many credits you bought or gave back.",
        "amount": "How much you paid or got back, in the smallest unit of the currency.",
        "currency": "The currency.",
        "seconds": "How long the page was in use.",
        "stars": "How many stars you gave.",
        "rendering_ms": "How long the figurine was painted, in milliseconds.",
        "waiting_ms": "How long it waited, in milliseconds.",
        "version": Column(
            "A hidden moment, by which the later of two ratings is told.",
            withheld="it cannot be read; your ratings with their moments are in your archive",
        ),
    },
)

TIME_SPENT: Final = Table(
    "time_spent",
    what="How long you used the studio, by day",
    subject=Pseudonym("subject"),
    category=Category.C4,
    purposes=(Purpose.U9,),
    retain=Years(2, after="day"),
    erase=Delete(),
    export=AsJson("usage/time.json"),
    columns={
        "subject": Column("Your pseudonym of that month.", withheld=_WOULD_FIND_YOU),
        "day": "The day, in UTC.",
        "seconds": "How many seconds pages of the studio were in use.",
    },
)

COHORTS: Final = Table(
    "cohorts",
    what="The month of your first figurine",
    subject=Pseudonym("member"),
    category=Category.C4,
    purposes=(Purpose.U9,),
    # Two years after her last figurine.
    retain=Years(2, after="last_day"),
    erase=Delete(),
    export=AsJson("usage/first_figurine.json"),
    columns={
        "member": Column("A pseudonym of yours for this alone.", withheld=_WOULD_FIND_YOU),
        "month": "The month in which you had your first figurine.",
        "last_day": "A day in the last month in which you had one.",
    },
)

CHOICES: Final = Table(
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
)
