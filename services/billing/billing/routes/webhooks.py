"""/v1/payments/{provider}/webhook: what the payment providers tell. Taken once, answered at once, done by a job."""

from flask import request
from pydantic import BaseModel

from billing.ports import BadSignature, UnknownProvider
from billing.routes.context import providers, unit
from billing.use_cases import reconciling
from common.answers import Answer
from common.callers import internal_blueprint
from common.problems import problems

routes = internal_blueprint("webhooks", __name__)


class WebhookPath(BaseModel):
    """Whose message it is."""

    provider: str


class TakenAnswer(Answer):
    """The message is taken; `new` is false when it came before."""

    new: bool


@routes.post("/v1/payments/<provider>/webhook", responses={200: TakenAnswer, **problems(BadSignature, UnknownProvider)})
def take_message(path: WebhookPath) -> TakenAnswer:
    """Verify a provider's message by its signature over the raw body, and keep what it is about."""
    provider = providers().get(path.provider)
    event = provider.read_event(request.get_data(cache=False), dict(request.headers))
    if event is None:
        # Without a secret there is nothing to verify with: the door is not there.
        raise UnknownProvider
    with unit.begin() as work:
        return TakenAnswer(new=reconciling.record_event(work, provider.name, event, source="webhook"))
