"""/v1/payments/{provider}/webhook: what a payment provider tells, passed on unread."""

from typing import Annotated

from flask import request
from pydantic import BaseModel, Field

from common.answers import Answer
from common.errors import Invalid, NotFound, Unavailable
from common.problems import problems
from gateway.routes.context import peers, public

routes = public("webhooks", counted=False)

# The largest a provider sends is a tenth of it.
MAX_BYTES = 512 * 1024
# What the providers sign with; nothing else of the request goes on.
SIGNATURES = ("Stripe-Signature",)


class WebhookPath(BaseModel):
    """Whose message it is."""

    provider: Annotated[str, Field(pattern=r"^[a-z]{2,20}$")]


class TakenAnswer(Answer):
    """The message is taken; `new` is false when it came before."""

    new: bool


@routes.post(
    "/v1/payments/<provider>/webhook",
    responses={200: TakenAnswer, **problems(Invalid, NotFound, Unavailable)},
)
def take_message(path: WebhookPath) -> TakenAnswer:
    """A payment provider's message: its signature over the raw body is all that counts; no session, no cookie."""
    request.max_content_length = MAX_BYTES
    headers = {name: request.headers[name] for name in SIGNATURES if name in request.headers}
    body = request.get_data(cache=False)
    answer = peers().billing.hand_on(
        f"/v1/payments/{path.provider}/webhook", body, {"Content-Type": "application/json", **headers}
    )
    return TakenAnswer(**answer)
