"""Telling whoever counts how the studio is used, of those who let it be counted."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from common.contracts.consents import ANALYTICS, PROCESSING, UNTIL_WITHDRAWN
from common.contracts.gateway import UsageObserved
from gateway.domain.usage import ORDERS, Budget, Facts, Spent, lets_herself_be_counted
from gateway.repository import Work

# Somebody without an account has said nothing, and what holds until it is taken back holds for her.
VISITORS_ARE_COUNTED: Final = lets_herself_be_counted(UNTIL_WITHDRAWN)


def may_be_counted(work: Work, account_id: UUID | None) -> bool:
    """Whether use may be counted, of a person or of a visitor."""
    return VISITORS_ARE_COUNTED if account_id is None else lets_herself_be_counted(work.consents.granted(account_id))


def observe_page(work: Work, account_id: UUID | None, spent: Spent, *, budgets: Sequence[Budget]) -> None:
    """A page was used. Raises TooMuchUsage for more seconds than there were."""
    if not may_be_counted(work, account_id):
        return
    work.usage_rates.take(budgets)
    work.outbox.add(_observed(work, account_id, spent))


def observe_order(work: Work, account_id: UUID, figurine_id: UUID, facts: Facts | None) -> None:
    """A figurine was ordered: from what kind of device, and with which plan; nothing where she does not want it."""
    if facts is None or not may_be_counted(work, account_id):
        return
    ordered = _observed(work, account_id, Spent(page=ORDERS, seconds=0, facts=facts))
    plan = work.allowances.of(account_id).plan
    work.outbox.add(ordered.model_copy(update={"kind": "order", "figurine_id": figurine_id, "plan": plan}))


def _observed(work: Work, account_id: UUID | None, spent: Spent) -> UsageObserved:
    facts = spent.facts
    words = work.consents.words(account_id) if account_id else {}
    return UsageObserved(
        user_id=account_id,
        page=spent.page,
        seconds=spent.seconds,
        observed_at=work.clock.now(),
        device=facts.device,
        os=facts.os,
        browser=facts.browser,
        network=facts.network,
        country=facts.country,
        words={purpose: word for purpose, word in words.items() if purpose in {ANALYTICS, PROCESSING}},
    )
