"""/v1/subscription: the plan one has, what it allows, and what becomes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from billing.domain.payments import PaymentDeclined
from billing.domain.subscriptions import Subscription, SubscriptionSeen, SubscriptionState
from billing.ports import OutcomeUnknown
from billing.routes.context import catalogues, providers, terms, unit
from billing.use_cases import entitling, reconciling, subscriptions
from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.errors import Unavailable

routes = internal_blueprint("subscription", __name__)


class ChangeBody(BaseModel):
    """The plan it is to become."""

    price_id: Annotated[str, Field(min_length=1, max_length=80)]


class PlanAnswer(Answer):
    """A plan. `price_id` is what the next period costs, `paid_price_id` what the running one was paid for."""

    id: UUID
    provider: str
    state: SubscriptionState
    price_id: str
    paid_price_id: str | None
    cancel_at_period_end: bool
    period_start: datetime | None
    period_end: datetime | None


class EntitlementsAnswer(Answer):
    """What one may do: pictures at once, pixels of the longer side, public links at a time, requests per minute."""

    variants: int
    resolution: int
    private_shares: bool
    shares: int
    api_rate: int


class SubscriptionAnswer(Answer):
    """The plan, or none, and what is allowed with it."""

    plan: PlanAnswer | None
    entitlements: EntitlementsAnswer


@routes.get("/v1/subscription", responses={200: SubscriptionAnswer})
def read_subscription() -> SubscriptionAnswer:
    """The plan one has, or had last."""
    return _answer(current_user_id())


@routes.post("/v1/subscription/change", responses={200: SubscriptionAnswer})
def change_plan(body: ChangeBody) -> SubscriptionAnswer:
    """Another plan: a dearer one at once, paid pro rata; a cheaper one from the next period on."""
    user_id = current_user_id()
    with unit.begin() as work:
        plan, change = subscriptions.plan_change(work, catalogues(), user_id, body.price_id)
    return _ask(plan, lambda: providers().get(plan.provider).change_plan(change))


@routes.post("/v1/subscription/cancel", responses={200: SubscriptionAnswer})
def cancel_plan() -> SubscriptionAnswer:
    """Let it end with the period that is paid; until then everything stays."""
    with unit.begin() as work:
        plan = subscriptions.living(work, current_user_id())
    provider = providers().get(plan.provider)
    key = subscriptions.wish_key("cancel", plan)
    return _ask(plan, lambda: provider.cancel_at_period_end(plan.reference, key=key))


@routes.post("/v1/subscription/resume", responses={200: SubscriptionAnswer})
def resume_plan() -> SubscriptionAnswer:
    """Let it go on after all."""
    with unit.begin() as work:
        plan = subscriptions.living(work, current_user_id())
    provider = providers().get(plan.provider)
    key = subscriptions.wish_key("resume", plan)
    return _ask(plan, lambda: provider.resume(plan.reference, key=key))


def _ask(plan: Subscription, wish: Callable[[], SubscriptionSeen]) -> SubscriptionAnswer:
    """Ask the provider, then bring the plan to what it says it is now."""
    asked_at = unit.clock.now()
    try:
        seen = wish()
    except PaymentDeclined:
        # Another try is another wish: the provider would repeat its answer to this one.
        with unit.begin() as work:
            work.subscriptions.count_up(plan.id)
        raise
    except OutcomeUnknown as error:
        with unit.begin() as work:
            reconciling.look_at_plan(work, plan)
        raise Unavailable("The payment provider did not answer; look again in a minute.") from error
    with unit.begin() as work:
        subscriptions.apply_subscription(work, catalogues(), seen, looked_at=asked_at, patience=terms().patience)
    return _answer(plan.user_id)


def _answer(user_id: UUID) -> SubscriptionAnswer:
    with unit.begin() as work:
        plan = subscriptions.read(work, user_id)
        _, allowed = entitling.in_force(work, catalogues(), user_id)
    return SubscriptionAnswer(
        plan=None if plan is None else PlanAnswer.model_validate(plan),
        entitlements=EntitlementsAnswer.model_validate(allowed),
    )
