"""/v1/catalogue: what can be bought today."""

from billing.domain.catalogue import Interval
from billing.routes.context import catalogues, unit
from common.answers import Answer
from common.callers import internal_blueprint

routes = internal_blueprint("catalogue", __name__)


class PackAnswer(Answer):
    """Credits bought once; `amount` in the currency's minor unit."""

    price_id: str
    name: str
    credits: int
    amount: int
    currency: str
    expires_after_days: int | None


class EntitlementsAnswer(Answer):
    """What a plan allows: pictures at once, the longer side in pixels, public links at a time, requests per minute."""

    variants: int
    resolution: int
    private_shares: bool
    shares: int
    api_rate: int


class PlanAnswer(Answer):
    """Credits that come each period; at most `rollover_cap` unused ones go into the next."""

    price_id: str
    name: str
    interval: Interval
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
    """What is offered today; the price of a figurine stands with its style."""

    version: str
    packs: list[PackAnswer]
    plans: list[PlanAnswer]
    trial: TrialAnswer
    free: EntitlementsAnswer


@routes.get("/v1/catalogue", responses={200: CatalogueAnswer})
def read_catalogue() -> CatalogueAnswer:
    """The version in force."""
    return CatalogueAnswer.model_validate(catalogues().at(unit.clock.now()))
