"""/v1/usage/beacon: that a page was used for some seconds; what an open page asks before it says so."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.erasure import PersonGone
from common.problems import problems
from gateway.domain.idempotency import fingerprint
from gateway.domain.people import ForgedRequest, NotSignedIn
from gateway.domain.signals import Signal
from gateway.domain.usage import (
    LONGEST,
    Budget,
    Spent,
    TooMuchUsage,
    UnknownPage,
    check_page,
    network_of,
    of_address,
    of_person,
)
from gateway.routes.context import check_origin, person_if_any, public, studio, unit
from gateway.routes.counting import declined, facts_of_device
from gateway.routes.security import origin
from gateway.routes.signals import tally
from gateway.use_cases import usage

routes = public("usage beacon")


class BeaconBody(BaseModel):
    """Which page, by its route, and how many seconds somebody was active on it since it last said so."""

    page: Annotated[str, Field(max_length=60, examples=["/studio"])]
    seconds: Annotated[int, Field(ge=1, le=LONGEST)]


class CountedAnswer(Answer):
    """Whether one's use of the studio is counted now; nothing is to be sent where it is not."""

    counted: bool


@routes.get("/v1/usage/beacon", responses={200: CountedAnswer, **problems(NotSignedIn)})
def read_whether() -> CountedAnswer:
    """Whether a page may say how long it is used: an open one asks before it does."""
    person = person_if_any()
    with unit.begin() as work:
        allowed = usage.may_be_counted(work, person.account_id if person else None)
    return CountedAnswer(counted=allowed and not declined())


@routes.post(
    "/v1/usage/beacon",
    responses={
        204: {"description": "It is counted, or dropped where it may not be; which of the two is not said."},
        **problems(UnknownPage, NotSignedIn, ForgedRequest),
    },
)
def take(body: BeaconBody) -> Response:
    """Count how long a page was used, of whoever lets it be counted."""
    check_origin()
    page = check_page(body.page)
    person = person_if_any()
    facts = facts_of_device()
    # A page of somebody who has been signed out since: as a visitor she never said that she may be counted.
    left = person is None and bool(request.headers.get("X-CSRF-Token"))
    if facts is not None and not left:
        _count(person.account_id if person else None, Spent(page=page, seconds=body.seconds, facts=facts))
    return Response(status=204)


def _count(account_id: UUID | None, spent: Spent) -> None:
    try:
        # Who is leaving is counted no more.
        with suppress(PersonGone), unit.begin() as work:
            usage.observe_page(work, account_id, spent, budgets=_budgets(account_id, spent.seconds))
    except TooMuchUsage:
        tally().note(Signal.USAGE_REFUSED)


def _budgets(account_id: UUID | None, seconds: int) -> list[Budget]:
    address = origin().address
    # Whoever has one IPv6 address has many.
    source = network_of(address) or "" if ":" in address else address
    budgets = [of_address(_digest("address", source), seconds)]
    return budgets if account_id is None else [*budgets, of_person(_digest("person", str(account_id)), seconds)]


def _digest(kind: str, text: str) -> bytes:
    """Another one every day, so that it leads from no day to the next."""
    return fingerprint(studio().fingerprint_key, "usage", kind, unit.clock.now().date().isoformat(), text)
