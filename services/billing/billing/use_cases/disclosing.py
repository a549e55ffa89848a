"""What payment providers are told of people (promise T5)."""

from billing.domain.disclosures import ProviderCall
from billing.repository import Work
from common.contracts.generation import PartnerDisclosed


def tell_of_call(work: Work, call: ProviderCall) -> None:
    """Say that a provider is about to be told something; of somebody who is gone there is nothing to say."""
    user_id = work.owners.of(call)
    if user_id is not None:
        now = work.clock.now()
        disclosure_id = work.disclosures.add(user_id, call.provider, call.told, at=now)
        work.outbox.add(
            PartnerDisclosed(
                user_id=user_id,
                partner=call.provider,
                kind=call.told,
                purpose="U7",
                disclosed_at=now,
                disclosure_id=disclosure_id,
                tier="processor",
            )
        )
