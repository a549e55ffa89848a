"""Webhooks, for who receives them: whether a call comes from the studio (Standard Webhooks)."""

import base64
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ValidationError

from figurine_client.errors import NotGenuine

# A call is believed for so long; an older one may have been recorded and sent again.
TOLERANCE_SECONDS: Final = 300.0


class _Body(BaseModel):
    type: str
    sequence: int
    data: dict[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCall:
    """A genuine call. The same `id` may come twice; `sequence` counts a webhook's events as they happened."""

    id: str
    type: str
    sequence: int
    data: Mapping[str, str | int | None]


def verify_signature(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> WebhookCall:
    """The call, when it comes from the studio and comes now. Raises NotGenuine.

    `secret` is the `whsec_…` shown once; `headers` may be written in any case; `body` is what was sent, byte for byte;
    `tolerance` in seconds; `now` in seconds since the epoch.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        call_id, moment, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    except KeyError as missing:
        raise NotGenuine(f"The header {missing} is missing.") from None
    _check_time(moment, tolerance, time.time() if now is None else now)
    expected = base64.b64encode(hmac.digest(_key(secret), f"{call_id}.{moment}.".encode() + body, "sha256"))
    # Two stand there while a secret is being changed. A comparison takes as long wherever the first difference is.
    known = [each.partition(",")[2] for each in signatures.split() if each.startswith("v1,")]
    if not any(hmac.compare_digest(expected, each.encode()) for each in known):
        raise NotGenuine("The signature is not one of this secret's.")
    try:
        said = _Body.model_validate_json(body)
    except ValidationError as error:
        raise NotGenuine("The body is signed, but not one of a version this client knows.") from error
    return WebhookCall(id=call_id, type=said.type, sequence=said.sequence, data=said.data)


def _check_time(moment: str, tolerance: float, now: float) -> None:
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 15):
        raise NotGenuine("The time of the call is no number.")
    if abs(now - int(moment)) > tolerance:
        raise NotGenuine("The call is too old, or comes from the future; is the clock of this machine right?")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except ValueError:
        raise ValueError("A webhook's secret is whsec_ and base64, as it was shown.") from None
