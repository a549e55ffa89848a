"""What a service listens to: a table of events and the functions that take them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from common.contracts import Event
from common.work import Opened

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Slow(Generic[W]):
    """A handler that takes long: it runs alone, in a thread, in its own transaction."""

    handle: Callable[[W, Any], None]


@dataclass(frozen=True, slots=True)
class Beside(Generic[W]):
    """A handler of `common` itself, which works in every service alike: it gets the transaction, too."""

    handle: Callable[[Opened[W], Any], None]


# A handler takes the unit of work and the event. It returns when done, raises NotYet when the
# event came before its cause, and anything else when it failed.
Subscriptions: TypeAlias = Mapping[type[Event], Callable[[W, Any], None] | Slow[W] | Beside[W]]
