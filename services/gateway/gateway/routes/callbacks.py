"""/v1/webhooks: endpoints that are called when something happens; what was sent to them; sending it again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.erasure import PersonGone
from common.errors import Invalid
from common.problems import problems
from gateway.domain.idempotency import IdempotencyMismatch
from gateway.domain.people import ForgedRequest, FreshSignInNeeded, NotSignedIn, WrongCredentials
from gateway.domain.webhooks import (
    DeliveryState,
    Happening,
    NoSuchDelivery,
    NoSuchWebhook,
    TooManyWebhooks,
    Webhook,
    WebhookState,
    check_url,
    shown_secret,
)
from gateway.repository import Work
from gateway.routes.context import current_person, personal, studio, unit
from gateway.routes.once import Made, answered, once
from gateway.routes.requests import check_fresh
from gateway.routes.security import origin
from gateway.use_cases import webhooks

routes = personal("callbacks")


class WebhookPath(BaseModel):
    """Which webhook."""

    webhook_id: UUID


class WebhookBody(BaseModel):
    """An endpoint to be called. It needs the password, or a sign-in of the last 15 minutes."""

    url: Annotated[str, Field(min_length=1, max_length=500, examples=["https://shop.example/figurines"])]
    events: Annotated[set[Happening], Field(min_length=1, examples=[["figurine.generated", "figurine.failed"]])]
    password: Annotated[str | None, Field(max_length=200)] = None


class ProofBody(BaseModel):
    """The password, where this device did not sign in within the last 15 minutes."""

    password: Annotated[str | None, Field(max_length=200)] = None


class AgainBody(BaseModel):
    """Which delivery; without one, all that failed."""

    delivery_id: UUID | None = None


class DeliveriesQuery(BaseModel):
    """Which page; the cursor is that of the page before."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: UUID | None = None


class WebhookAnswer(Answer):
    """An endpoint. One that fails for a day is `paused`, and its owner told by mail; sending again has it go on."""

    id: UUID
    url: str
    events: list[Happening]
    state: WebhookState
    paused_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


class MadeWebhookAnswer(WebhookAnswer):
    """An endpoint with its secret, which is shown this once: an answer that is repeated comes without it."""

    secret: Annotated[str | None, Field(examples=["whsec_…"])] = None


class WebhooksAnswer(Answer):
    """A person's endpoints, the latest first."""

    items: list[WebhookAnswer]
    next_cursor: str | None = None


class DeliveryAnswer(Answer):
    """One call. `status` is what was answered; `trouble` says in a word why there was no answer.

    `sequence` counts an endpoint's calls as things happened: they may come in another order.
    """

    id: UUID
    sequence: int
    type: Happening
    figurine_id: UUID | None
    state: DeliveryState
    attempts: int
    status: int | None
    trouble: Annotated[str | None, Field(examples=["too_slow"])]
    happened_at: datetime
    settled_at: datetime | None
    next_try_at: datetime | None


class DeliveriesAnswer(Answer):
    """What was sent to an endpoint in the last 30 days, the latest first."""

    items: list[DeliveryAnswer]
    next_cursor: UUID | None = None


class AgainAnswer(Answer):
    """How many are sent again."""

    again: int


@routes.post(
    "/v1/webhooks",
    responses={
        201: MadeWebhookAnswer,
        **problems(
            Invalid, NotSignedIn, WrongCredentials, ForgedRequest, FreshSignInNeeded, PersonGone, TooManyWebhooks,
            IdempotencyMismatch,
        ),
    },
)  # fmt: skip
def make_webhook(body: WebhookBody) -> Response:
    """Have an address called when something happens. The calls are signed with the secret that is answered."""
    person = current_person()
    url = check_url(body.url, local=studio().local_webhooks)
    parts = (url, *sorted(body.events))
    repeated = answered(str(person.account_id), parts)
    if repeated is not None:
        return repeated
    check_fresh(person, body.password)

    def make(work: Work) -> Made:
        made = webhooks.make(
            work, person.account_id, url, frozenset(body.events), origin(), session_id=person.session.id
        )
        shown = _answer(made.webhook).model_dump()
        return Made(
            answer=MadeWebhookAnswer(**shown, secret=shown_secret(made.secret)),
            kept=MadeWebhookAnswer(**shown),
            owner=person.account_id,
        )

    return once(str(person.account_id), parts, make)


@routes.get("/v1/webhooks", responses={200: WebhooksAnswer, **problems(NotSignedIn)})
def list_webhooks() -> WebhooksAnswer:
    """One's endpoints, and whether they are called."""
    with unit.begin() as work:
        return WebhooksAnswer(items=[_answer(each) for each in work.webhooks.of(current_person().account_id)])


@routes.get("/v1/webhooks/<webhook_id>", responses={200: WebhookAnswer, **problems(NotSignedIn, NoSuchWebhook)})
def read_webhook(path: WebhookPath) -> WebhookAnswer:
    """One endpoint."""
    with unit.begin() as work:
        return _answer(webhooks.read(work, current_person().account_id, path.webhook_id))


@routes.delete(
    "/v1/webhooks/<webhook_id>",
    responses={
        204: {"description": "It is called no more."},
        **problems(NotSignedIn, ForgedRequest, NoSuchWebhook),
    },
)
def remove_webhook(path: WebhookPath) -> Response:
    """Call it no more, and forget what was sent to it."""
    person = current_person()
    with unit.bound().begin() as work:
        webhooks.remove(work, person.account_id, path.webhook_id, origin(), session_id=person.session.id)
    return Response(status=204)


@routes.post(
    "/v1/webhooks/<webhook_id>/secret",
    responses={
        200: MadeWebhookAnswer,
        **problems(NotSignedIn, WrongCredentials, ForgedRequest, FreshSignInNeeded, PersonGone, NoSuchWebhook),
    },
)
def rotate_secret(path: WebhookPath, body: ProofBody) -> MadeWebhookAnswer:
    """Another secret. For a day calls are signed with both, so that no call is lost while the receiver changes over."""
    person = current_person()
    check_fresh(person, body.password)
    with unit.begin() as work:
        made = webhooks.rotate(work, person.account_id, path.webhook_id)
    return MadeWebhookAnswer(**_answer(made.webhook).model_dump(), secret=shown_secret(made.secret))


@routes.get(
    "/v1/webhooks/<webhook_id>/deliveries", responses={200: DeliveriesAnswer, **problems(NotSignedIn, NoSuchWebhook)}
)
def list_deliveries(path: WebhookPath, query: DeliveriesQuery) -> DeliveriesAnswer:
    """What was sent to it: how often it was tried, and what was answered."""
    with unit.begin() as work:
        webhooks.read(work, current_person().account_id, path.webhook_id)
        # One more than asked for says whether there is a next page.
        found = work.webhooks.deliveries(path.webhook_id, limit=query.limit + 1, before=query.cursor)
    shown = found[: query.limit]
    items = [
        DeliveryAnswer(
            id=each.id,
            sequence=each.seq,
            type=each.type,
            figurine_id=each.thing,
            state=each.state,
            attempts=each.attempts,
            status=each.status,
            trouble=each.trouble,
            happened_at=each.happened_at,
            settled_at=each.settled_at,
            next_try_at=each.next_try_at if each.state == DeliveryState.DUE else None,
        )
        for each in shown
    ]
    return DeliveriesAnswer(items=items, next_cursor=shown[-1].id if len(found) > query.limit else None)


@routes.post(
    "/v1/webhooks/<webhook_id>/redeliver",
    responses={202: AgainAnswer, **problems(NotSignedIn, ForgedRequest, PersonGone, NoSuchWebhook, NoSuchDelivery)},
)
def send_again(path: WebhookPath, body: AgainBody) -> tuple[AgainAnswer, int]:
    """Send a delivery again under its id, or all that failed. A paused endpoint is called again."""
    with unit.begin() as work:
        again = webhooks.send_again(work, current_person().account_id, path.webhook_id, body.delivery_id)
    return AgainAnswer(again=again), 202


def _answer(webhook: Webhook) -> WebhookAnswer:
    return WebhookAnswer(
        id=webhook.id,
        url=webhook.url,
        events=[each for each in Happening if each in webhook.events],
        state=webhook.state,
        paused_at=webhook.paused_at,
        failing_since=webhook.failing_since,
        created_at=webhook.created_at,
    )
