"""What goes wrong, and for whom: faults of calls and of webhooks, as the door for control takes them."""

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Fault(_Strict):
    """What happens to the next `times` calls that fit `on`, a pattern over method and path: `POST /v1/refunds*`.

    error: HTTP `code` before anything is done; drop_before and drop_after: the connection ends, before or after the
    call is processed; delay: the answer takes `seconds`, and the call's idempotency key is in use meanwhile.
    """

    kind: Literal["error", "drop_before", "drop_after", "delay"]
    on: str = "*"
    times: int = Field(default=1, ge=1)
    code: int = Field(default=500, ge=400, le=599)
    should_retry: bool | None = None
    seconds: float = Field(default=0.0, ge=0.0)

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant."""
        return fnmatchcase(f"{method} {path}", self.on)


class Mishap(StrEnum):
    """What may happen to a webhook."""

    DROP = "drop"  # never sent, and counted as not delivered
    DUPLICATE = "duplicate"  # sent twice
    DELAY = "delay"  # sent after `seconds`, later ones meanwhile
    HOLD = "hold"  # kept until released, in any order
    WRONG_SIGNATURE = "wrong_signature"
    OLD_TIMESTAMP = "old_timestamp"  # signed well, ten minutes ago
    LIVEMODE = "livemode"  # says that it is about real money


class WebhookFault(_Strict):
    """What happens to the next `times` webhooks whose type fits one of `types`, patterns; to all when None."""

    kind: Mishap
    types: list[str] = Field(default_factory=lambda: ["*"])
    times: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=0.0, ge=0.0)

    def fits(self, kind: str) -> bool:
        """Whether it is meant."""
        return any(fnmatchcase(kind, pattern) for pattern in self.types)


class Script(_Strict):
    """Everything that is to go wrong."""

    calls: list[Fault] = Field(default_factory=list[Fault])
    webhooks: list[WebhookFault] = Field(default_factory=list[WebhookFault])

    def next_call(self, method: str, path: str) -> Fault | None:
        """What happens to this call; used up by it."""
        fault = next((each for each in self.calls if each.fits(method, path)), None)
        if fault is not None:
            fault.times -= 1
            self.calls = [each for each in self.calls if each.times > 0]
        return fault

    def next_webhook(self, kind: str) -> WebhookFault | None:
        """What happens to this webhook; used up by it."""
        fault = next((each for each in self.webhooks if each.fits(kind)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            self.webhooks = [each for each in self.webhooks if each.times is None or each.times > 0]
        return fault


class Delivery(_Strict):
    """One try to bring an event to an endpoint; `status` is None when nothing answered."""

    event: str
    type: str
    endpoint: str
    attempt: int
    outcome: str
    status: int | None = None
