"""/status: whether the studio works at this moment, and how it did lately."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, Response

from common.current import Current
from common.errors import Unavailable
from gateway.adapters.standing import Standing
from gateway.domain.languages import catalogued
from gateway.routes.audits import AuditsAnswer, read_last_audit
from gateway.routes.context import unit
from gateway.routes.pages import show_page
from gateway.routes.promises import PromisesAnswer, read_promises
from gateway.routes.promises_page import Mark, chart, counts
from gateway.routes.statistics import published_statistics

pages = Blueprint("status_page", __name__)
standing = Current(Standing)

# What each part is to people, what they notice while it is away, and what they do not.
PARTS: Final = {
    "gateway": (catalogued("The front door"), catalogued("pages, accounts, letters"), ""),
    "generation": (
        catalogued("The workshop"),
        catalogued("figurines and their pictures"),
        catalogued("Orders are taken and made when it is back."),
    ),
    "billing": (
        catalogued("The till"),
        catalogued("credits, payments, invoices"),
        catalogued("Balances cannot be read; orders are taken all the same."),
    ),
    "privacy": (
        catalogued("The privacy desk"),
        catalogued("consents, copies, erasure, promises"),
        catalogued("What you asked for waits until then."),
    ),
    "analytics": (
        catalogued("The statistics"),
        catalogued("your own usage"),
        catalogued("Your own usage cannot be shown; nothing else depends on it."),
    ),
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
        made=_made(),
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


def _made() -> tuple[date, int] | None:
    """The newest month that was published, and about how many figurines it had."""
    try:
        found = published_statistics()
    except Unavailable:
        return None
    counted = [item for item in found.items if item.month == max(each.month for each in found.items)]
    return (counted[0].month, sum(item.figurines for item in counted)) if counted else None


def _audits() -> AuditsAnswer | None:
    try:
        return read_last_audit()
    except Unavailable:
        return None
