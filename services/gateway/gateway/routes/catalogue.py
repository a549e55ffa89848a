"""/v1/catalogue: what can be bought."""

from typing import Literal

from flask import Response

from common.answers import Answer
from common.errors import Unavailable
from common.problems import problems
from gateway.routes.context import peers, public

routes = public("catalogue")

# Prices change with a version of the catalogue, which has its day; a few minutes late is early enough.
CACHED = "public, max-age=300"


class PackAnswer(Answer):
    """Credits bought once; `amount` in the currency's minor unit."""

    price_id: str
    name: str
    credits: int
    amount: int
    currency: str
    expires_after_days: int | None = None


class EntitlementsAnswer(Answer):
    """What a plan allows: pictures at once, the longer side in pixels, public links at a time, requests per minute."""

    variants: int
    resolution: int
    private_shares: bool
    shares: int
    api_rate: int


class OfferedPlanAnswer(Answer):
    """Credits that come each period; at most `rollover_cap` unused ones go into the next."""

    price_id: str
    name: str
    interval: Literal["month", "year"]
    credits: int
    amount: int
    currency: str
    rollover_cap: int
    entitlements: EntitlementsAnswer


class TrialAnswer(Answer):
    """What a new person gets to try the studio with."""

    credits: int
    expires_after_days: int | None


class CatalogueAnswer(Answer):
    """What is offered today, `free` without a plan; the price of a figurine stands with its style."""

    version: str
    packs: list[PackAnswer]
    plans: list[OfferedPlanAnswer]
    trial: TrialAnswer
    free: EntitlementsAnswer


@routes.get("/v1/catalogue", responses={200: CatalogueAnswer, **problems(Unavailable)})
def read_catalogue() -> Response:
    """Packs and plans, and what a new person gets to try."""
    answer = CatalogueAnswer(**peers().billing.get("/v1/catalogue", user_id=None))
    return Response(answer.model_dump_json(), mimetype="application/json", headers={"Cache-Control": CACHED})
