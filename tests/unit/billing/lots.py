"""Lots as the unit tests need them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from billing.domain.lots import Lot, LotKind

NOW = datetime(2027, 3, 3, 12, tzinfo=UTC)


def a_lot(
    n: int = 1,
    *,
    kind: LotKind = LotKind.TRIAL,
    free: int = 10,
    held: int = 0,
    owed: int = 0,
    days: float | None = None,
    frozen: bool = False,
    extended: bool = False,
) -> Lot:
    """A lot with its number as its id; `days` from now until it ends."""
    return Lot(
        id=UUID(int=n),
        user_id=UUID(int=1),
        kind=kind,
        source=f"test:{n}",
        credits=free + held,
        free=free,
        held=held,
        owed=owed,
        granted_at=NOW - timedelta(days=30),
        expires_at=None if days is None else NOW + timedelta(days=days),
        frozen_at=NOW - timedelta(days=1) if frozen else None,
        extended=extended,
    )
