"""What was asked and what was paid, so that a test can compare it with what the studio believes."""

from pydantic import BaseModel, ConfigDict, Field

from ops.emulators.stripe.world import World


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Call(_Strict):
    """One call. `status` is None when no answer was sent; `processed` when it changed or read something.

    No parameters, only the hash of them; `object` is the id of what was answered.
    """

    n: int
    method: str
    path: str
    key: str | None = None
    digest: str = ""
    version: str | None = None
    status: int | None = None
    error: str | None = None
    processed: bool = False
    replayed: bool = False
    object: str | None = None


class Account(_Strict):
    """A customer's money in minor units, all currencies added up: what came, went back, and is disputed or lost."""

    paid: int = 0
    refunded: int = 0
    disputed: int = 0
    charges: list[str] = Field(default_factory=list[str])


class Books(_Strict):
    """The accounts of customers; "" is everybody without one."""

    customers: dict[str, Account] = Field(default_factory=dict[str, Account])


def books(world: World) -> Books:
    """Everybody's account, from charges, refunds and disputes."""
    made = Books()
    paid = {charge["id"]: charge for charge in world.every("charge") if charge["status"] == "succeeded"}
    owner = {ident: made.customers.setdefault(charge["customer"] or "", Account()) for ident, charge in paid.items()}
    for ident, charge in paid.items():
        owner[ident].paid += charge["amount"]
        owner[ident].charges.append(ident)
    for refund in (each for each in world.every("refund") if each["status"] == "succeeded"):
        owner[refund["charge"]].refunded += refund["amount"]
    for dispute in (each for each in world.every("dispute") if each["status"] != "won"):
        owner[dispute["charge"]].disputed += dispute["amount"]
    return made
