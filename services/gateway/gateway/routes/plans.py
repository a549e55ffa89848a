"""/v1/subscription: the plan one has, what it allows, and what becomes of it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Conflict, Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.adapters.peers import PATIENT
from gateway.domain.credits import PaymentDeclined
from gateway.routes.catalogue import EntitlementsAnswer
from gateway.routes.context import current_person, peers, personal

routes = personal("plans")

REFUSALS: Final = problems(Invalid, NotFound, Conflict, PaymentDeclined, Unavailable, statuses={PaymentDeclined: 402})


class PlanAnswer(Answer):
    """A plan: `pending`, `active`, `past_due` (a payment failed; its credits stay), `paused` (they wait) or `canceled`.

    `price_id` is what the next period costs, `paid_price_id` what the running one was paid for.
    """

    id: UUID
    provider: str
    state: str
    price_id: str
    paid_price_id: str | None
    cancel_at_period_end: bool
    period_start: datetime | None
    period_end: datetime | None


class SubscriptionAnswer(Answer):
    """The plan, or none, and what is allowed with it."""

    plan: PlanAnswer | None
    entitlements: EntitlementsAnswer


class ChangeBody(BaseModel):
    """The plan it is to become: a price of /v1/catalogue."""

    price_id: Annotated[str, Field(min_length=1, max_length=80, examples=["studio-month-eur"])]


@routes.get("/v1/subscription", responses={200: SubscriptionAnswer, **problems(Unavailable)})
def read_subscription() -> SubscriptionAnswer:
    """The plan one has, or had last."""
    return SubscriptionAnswer(**peers().billing.get("/v1/subscription", user_id=current_person().account_id))


@routes.post("/v1/subscription/change", responses={200: SubscriptionAnswer, **REFUSALS})
def change_plan(body: ChangeBody) -> SubscriptionAnswer:
    """Another plan: a dearer one at once, its difference paid and granted pro rata; a cheaper one next period."""
    return _wish("change", body.model_dump())


@routes.post("/v1/subscription/cancel", responses={200: SubscriptionAnswer, **REFUSALS})
def cancel_plan() -> SubscriptionAnswer:
    """Let it end with the period that is paid; the credits stay until then."""
    return _wish("cancel")


@routes.post("/v1/subscription/resume", responses={200: SubscriptionAnswer, **REFUSALS})
def resume_plan() -> SubscriptionAnswer:
    """Let it go on after all."""
    return _wish("resume")


def _wish(verb: str, body: dict[str, object] | None = None) -> SubscriptionAnswer:
    stands = peers().billing.post(
        f"/v1/subscription/{verb}", user_id=current_person().account_id, body=body, timeout=PATIENT
    )
    return SubscriptionAnswer(**stands)
