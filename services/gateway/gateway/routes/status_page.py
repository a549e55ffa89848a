"""/status: whether the studio works at this moment, and how it did lately."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, Response

from common.current import Current
from common.errors import Unavailable
from gateway.adapters.standing import Standing
from gateway.routes.audits import AuditsAnswer, read_last_audit
from gateway.routes.context import unit
from gateway.routes.pages import show_page
from gateway.routes.promises import PromisesAnswer, read_promises
from gateway.routes.promises_page import Mark, chart, counts

pages = Blueprint("status_page", __name__)
standing = Current(Standing)

# What each part is to people, what they notice while it is away, and what they do not.
PARTS: Final = {
    "gateway": ("The front door", "pages, accounts, letters", ""),
    "generation": ("The workshop", "figurines and their pictures", "Orders are taken and made when it is back."),
    "billing": ("The till", "credits, payments, invoices", "Balances cannot be read; orders are taken all the same."),
    "privacy": (
        "The privacy desk",
        "consents, copies, erasure, promises",
        "What you asked for waits until then.",
    ),
    "analytics": ("The statistics", "your own usage", "Your own usage cannot be shown; nothing else depends on it."),
}
# Whose findings tell whether it worked.
WORKED: Final = "U1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part, and whether it works."""

    name: str
    holds: str
    works: bool
    while_away: str


@pages.get("/status")
def show_status() -> Response:
    """Every part at this moment; the last 30 days; promises and the last audit, where somebody can tell."""
    seen = {"gateway": True, **standing().look()}
    parts = [
        Part(name=name, holds=holds, works=seen.get(service, False), while_away=away)
        for service, (name, holds, away) in PARTS.items()
    ]
    promises, audits = _promises(), _audits()
    today = unit.clock.now().date()
    return show_page(
        "status.html",
        parts=parts,
        away=sum(not part.works for part in parts),
        promises=counts(promises) if promises else None,
        days=_days(promises, today),
        audit=audits.last if audits else None,
        audit_stale=audits.stale if audits else False,
    )


def _days(promises: PromisesAnswer | None, today: date) -> list[Mark]:
    worked = next((item for item in promises.items if item.id == WORKED), None) if promises else None
    return chart(worked.days, today=today) if worked else []


def _promises() -> PromisesAnswer | None:
    try:
        return read_promises()
    except Unavailable:
        return None


def _audits() -> AuditsAnswer | None:
    try:
        return read_last_audit()
    except Unavailable:
        return None
