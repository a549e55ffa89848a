"""Looking whether the laws of the books hold: at what is new every minute, at everything once a day.

A law of another part of billing (of orders, of invoices) is one more function in CHECKS.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from billing.domain.laws import Law, Violations, together
from billing.repository import Work
from common.contracts.rights import PromiseBroken

Check: TypeAlias = Callable[[Work], Violations]

# Laws beside the ledger's own, looked at every minute: each must be cheap, and answer with every law it knows.
CHECKS: tuple[Check, ...] = (lambda work: work.payment_laws.broken(),)

# Payments and billing are managed as promised.
PROMISE = "U7"
AUDIT_EVERY = timedelta(hours=24)
# How many accounts one step of the walk looks at: a step must be far from the statement timeout.
STEP = 500
_ABOUT_PEOPLE = (Law.NEWEST, Law.LOTS, Law.FREEZES, Law.HOLDS, Law.POSTINGS, Law.ZERO)


def check_news(work: Work, *, stale_after: timedelta) -> dict[str, list[str]]:
    """Look at the entries since the last but one look, at whose they are, and again at whoever was suspect."""
    work.audits.still()
    suspects = work.audits.suspects()
    after, up_to = work.audits.advance()
    people = together(
        work.audits.people_add_up(work.audits.people(after, up_to)), work.audits.postings_add_up(suspects)
    )
    work.audits.suspect(_suspects(people))
    return together(
        work.audits.entries(after, up_to),
        people,
        work.audits.ended_holds(after, up_to),
        work.audits.open_holds(work.clock.now() - stale_after),
        *(check(work) for check in CHECKS),
    )


def tell_breaches(work: Work, found: Violations) -> list[str]:
    """Whoever watches the promises hears once of each law that came to be broken; returns which did.

    How each law stands is kept for whoever looks at the books.
    """
    work.law_looks.note({law: len(offenders) for law, offenders in found.items()})
    broken = {law: offenders for law, offenders in found.items() if offenders}
    now = work.clock.now()
    fresh = work.audits.newly_broken(list(broken))
    for law in fresh:
        detail = f"{law} of the books is broken {len(broken[law])} times"
        work.outbox.add(PromiseBroken(promise=PROMISE, detail=detail, noticed_at=now))
    return fresh


def walk(work: Work) -> int:
    """Look at the next accounts in full; returns how many there were, none when it is not time yet.

    Who breaks a law becomes suspect, which `check_news` tells of until it is mended.
    """
    after = work.audits.begin_walk(AUDIT_EVERY)
    if after is None:
        return 0
    people = work.audits.next_people(after, STEP)
    found = together(work.audits.people_add_up(people), work.audits.postings_add_up(people))
    work.audits.also_suspect(_suspects(found))
    work.audits.walked(people[-1] if people else None)
    return len(people)


def find_violations(work: Work, *, stale_after: timedelta) -> dict[str, list[str]]:
    """Look at everything at once: for an operator, and for tests with few accounts."""
    everybody = work.audits.next_people(UUID(int=0), 2**31)
    everything = (0, 2**62)
    return together(
        work.audits.entries(*everything),
        work.audits.people_add_up(everybody),
        work.audits.postings_add_up(everybody),
        work.audits.ended_holds(*everything),
        work.audits.open_holds(work.clock.now() - stale_after),
        *(check(work) for check in CHECKS),
    )


def _suspects(found: Violations) -> list[UUID]:
    return sorted({UUID(person) for law in _ABOUT_PEOPLE for person in found.get(law, ())})
