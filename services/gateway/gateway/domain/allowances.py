"""What a person may do, by her plan or without one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from common.contracts.allowances import FREE, Allowance
from common.errors import Refused
from gateway.domain.styles import Style

Need: TypeAlias = Literal["variants", "resolution", "shares"]


class PlanNeeded(Refused):
    """That is more than you may have without a plan, or with yours. See the plans under Credits."""

    code = "plan_needed"

    def __init__(self, message: str | None = None, *, need: Need = "shares", least: int = 0) -> None:
        super().__init__(message)
        self.need: Need = need
        self.least = least


class RateLimited(Refused):
    """You have sent too many requests within a minute. Wait as long as Retry-After says, then go on."""

    code = "rate_limited"

    def __init__(
        self, account_id: UUID | None = None, *, retry_after_seconds: int = 1, budget: "Budget | None" = None
    ) -> None:
        super().__init__()
        # Whose minute is over: a person's, or (with its budget) that of a key, of an address, of her pictures.
        self.account_id = account_id
        self.budget = budget
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a person may do, as billing told last; `version` counts its changes, `plan` is the price of hers, if any."""

    version: int
    what: Allowance
    plan: str = ""


EVERYBODY = Allowed(version=0, what=FREE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is left of a minute's requests, and in how many seconds all of them are there again."""

    rate: int
    left: int
    whole_in: int
    # Whose minute it is, as the RateLimit header calls it.
    of: str = "person"


def check_allowed(allowed: Allowance, style: Style, options: Mapping[str, str], variants: int) -> None:
    """Raises PlanNeeded for an order of more or larger pictures than that."""
    if variants > allowed.variants:
        raise PlanNeeded(f"You may order up to {allowed.variants} pictures at once.", need="variants", least=variants)
    pixels = largest(style, options)
    if pixels > allowed.resolution:
        raise PlanNeeded(
            f"You may have pictures of up to {allowed.resolution:,} pixels.", need="resolution", least=pixels
        )


def largest(style: Style, options: Mapping[str, str]) -> int:
    """The side of a square picture with these choices; 0 when none of them is about its size."""
    chosen = [each for option in style.options for each in option.choices if each.id == options.get(option.id)]
    return max((choice.pixels for choice in chosen), default=0)
