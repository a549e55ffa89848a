"""What a payment provider is told, and how whose it is can be found. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """What it is told; privacy has words for these."""

    CUSTOMER = "customer_id"
    ORDER = "order"
    PLAN = "plan"
    REFUND = "refund"


class Known(StrEnum):
    """By what the person is known where the call is made."""

    PERSON = "person"
    CUSTOMER = "customer"
    ORDER = "order"
    CHECKOUT = "checkout"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCall:
    """One call to a provider that tells it something of a person's."""

    provider: str
    told: Told
    known: Known
    id: str
