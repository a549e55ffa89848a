"""How an order is put down: what it needs first, then the order, and nothing of it when it was refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from flask import Response

from common.errors import Refused, Unavailable
from gateway.repository import Work
from gateway.routes.context import uploads
from gateway.routes.once import Made, once
from gateway.use_cases.figurines import Placement


def place(
    account_id: UUID,
    placement: Placement,
    jpeg: bytes | None,
    parts: tuple[str, ...],
    made: Callable[[Placement], Callable[[Work], Made]],
) -> Response:
    """Store the photo and the words first, then the order; what was stored for an order not written goes again."""
    words = placement.order
    try:
        keys = uploads().put(placement.upload_id, jpeg, title=words.title, note=words.note, owner=account_id)
        response = once(str(account_id), parts, made(replace(placement, keys=keys)), status=202)
    except Refused:
        # Only a refusal is known to have written nothing. After a commit whose answer was lost the
        # order may stand, and with it the photo; if it does not, the sweep of strays takes the photo.
        _take_back(placement.upload_id)
        raise
    if "Idempotency-Replayed" in response.headers:
        _take_back(placement.upload_id)
    return response


def _take_back(upload_id: UUID) -> None:
    # If the store is away too, the sweep of strays gets it within the day.
    with suppress(Unavailable):
        uploads().delete(upload_id)
