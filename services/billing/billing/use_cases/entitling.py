"""What a person may do: computed from how her plan stands, and told to whoever enforces it."""

from uuid import UUID

from billing.domain.catalogue import Catalogues, Entitlements
from billing.domain.subscriptions import ENTITLING
from billing.repository import Work
from common.contracts.allowances import Allowance
from common.contracts.billing import EntitlementsChanged


def in_force(work: Work, catalogues: Catalogues, user_id: UUID) -> tuple[str | None, Entitlements]:
    """The plan that allows it, if one does, and what it allows today."""
    plan, now = work.subscriptions.current(user_id), work.clock.now()
    if plan is None or plan.state not in ENTITLING or plan.paid_price_id is None:
        return None, catalogues.at(now).free
    return plan.paid_price_id, catalogues.entitlements(plan.paid_price_id, now)


def tell(work: Work, catalogues: Catalogues, user_id: UUID) -> None:
    """Tell what a person may do, when that is not what was told last."""
    work.entitlements.lock(user_id)
    price_id, allowed = in_force(work, catalogues, user_id)
    version = work.entitlements.change(user_id, price_id, _allowance(allowed))
    if version is not None:
        work.outbox.add(
            EntitlementsChanged(
                user_id=user_id,
                entitlements_version=version,
                price_id=price_id,
                variants=allowed.variants,
                resolution=allowed.resolution,
                shares=allowed.shares,
                api_rate=allowed.api_rate,
            )
        )


def tell_next(work: Work, catalogues: Catalogues) -> int:
    """Compute anew what somebody may do: the catalogue may have changed; 0 when nobody is due."""
    user_id = work.entitlements.claim_due()
    if user_id is None:
        return 0
    tell(work, catalogues, user_id)
    return 1


def _allowance(allowed: Entitlements) -> Allowance:
    return Allowance(
        variants=allowed.variants, resolution=allowed.resolution, shares=allowed.shares, api_rate=allowed.api_rate
    )
