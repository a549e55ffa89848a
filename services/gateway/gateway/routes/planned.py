"""Refusals that say which plan would do."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from common.errors import Unavailable
from gateway.domain.allowances import Need, PlanNeeded
from gateway.routes.context import peers, unit


@contextmanager
def naming_the_plan(account_id: UUID) -> Generator[None]:
    """Around what may be more than a person's plan allows: the refusal names the plans that allow it."""
    try:
        yield
    except PlanNeeded as refusal:
        least = refusal.least
        if refusal.need == "shares":
            with unit.begin() as work:
                least = work.allowances.of(account_id).what.shares + 1
        raise PlanNeeded(f"{refusal.sentence} {_plans(refusal.need, least)}") from refusal


def _plans(need: Need, least: int) -> str:
    try:
        catalogue: dict[str, Any] = peers().billing.get("/v1/catalogue", user_id=None)
    except Unavailable:
        return "See under Credits which plan allows it."
    # A plan is offered by the month and by the year: it is one plan to who reads this.
    names = [plan["name"].partition(",")[0] for plan in catalogue["plans"] if plan["entitlements"][need] >= least]
    match list(dict.fromkeys(names)):
        case []:
            return "No plan allows it today."
        case [only]:
            return f"The plan {only} allows it; see Credits."
        case several:
            return f"The plans {', '.join(several[:-1])} and {several[-1]} allow it; see Credits."
