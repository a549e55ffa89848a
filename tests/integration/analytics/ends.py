"""Ends of figurines, as generation tells them."""

from datetime import datetime, timedelta
from uuid import UUID

from common.clock import SYSTEM_CLOCK
from common.contracts.generation import FigurineFailed, FigurineGenerated, PictureSize


def generated(
    *,
    at: datetime,
    user_id: UUID | None = None,
    style: str = "window-box",
    pictures: int = 1,
    requested: int | None = None,
) -> FigurineGenerated:
    """Painted in 5 s after waiting for 2 s."""
    return FigurineGenerated(
        figurine_id=SYSTEM_CLOCK.new_id(),
        user_id=user_id or SYSTEM_CLOCK.new_id(),
        style=style,
        engine="studio",
        requested=requested or pictures,
        pictures=tuple(PictureSize(n=n, width=8, height=8) for n in range(1, pictures + 1)),
        requested_at=at - timedelta(seconds=7),
        generated_at=at,
        rendering_ms=5000,
    )


def failed(*, at: datetime, code: str, user_id: UUID | None = None, style: str = "window-box") -> FigurineFailed:
    return FigurineFailed(
        figurine_id=SYSTEM_CLOCK.new_id(),
        user_id=user_id or SYSTEM_CLOCK.new_id(),
        style=style,
        code=code,
        failed_at=at,
    )
