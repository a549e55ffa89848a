"""What a service does of its own when somebody leaves, beside emptying what it declares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfReach:
    """What a partner was given and keeps: nothing here can delete it. `until` is when it expires there."""

    recipient: str
    what: str
    count: int
    until: datetime | None


def _nothing(_work: Any, _user_id: UUID) -> None:
    """Nothing to end."""


def _at_once(_work: Any, _user_id: UUID, _request_id: UUID) -> bool:
    """Nothing is under way."""
    return True


def _no_objects(_work: Any, _user_id: UUID) -> Mapping[str, Sequence[str]]:
    """Nothing was put where another service keeps things."""
    return {}


def _none(_work: Any, _user_id: UUID) -> Sequence[OutOfReach]:
    """Nobody was given anything."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving(Generic[W]):
    """`begin` ends, in the transaction of the fence, what lets somebody in or begins new work.

    `settled` ends what can be ended of the work under way, and says whether nothing is any more; it is asked again
    until then, with the ids of the person and of the request. `last` is for the service that has to wait for all
    others. `out_of_reach` lists what partners keep, and `put_elsewhere`, by bucket, the names of objects this service
    put where another keeps them: that one may never have heard of some.
    """

    begin: Callable[[W, UUID], None] = _nothing
    settled: Callable[[W, UUID, UUID], bool] = _at_once
    out_of_reach: Callable[[W, UUID], Sequence[OutOfReach]] = _none
    put_elsewhere: Callable[[W, UUID], Mapping[str, Sequence[str]]] = _no_objects
    last: bool = False
