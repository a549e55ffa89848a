"""What the emulator knows: its objects, its clock, what is due when, and what has happened."""

import copy
import heapq
import secrets
import string
import time
from collections.abc import Callable, Iterator
from typing import Any

from ops.emulators.stripe.errors import Json, missing

VERSION = "2026-10-28.endive"
ACCOUNT = "acct_emulated"
_WITHOUT_MODE = frozenset({"balance_transaction", "refund", "subscription_item", "item"})
_LETTERS = string.ascii_letters + string.digits


class Clock:
    """Seconds since 1970: the machine's, moved ahead as far as somebody said, or standing still."""

    def __init__(self) -> None:
        self.offset = 0
        self.stands_at: int | None = None

    def now(self) -> int:
        """This second."""
        return int(time.time()) + self.offset if self.stands_at is None else self.stands_at

    def move(self, to: int, *, frozen: bool) -> None:
        """Be at this second, and stand still there or go on."""
        self.stands_at = to if frozen else None
        self.offset = to - int(time.time())


class World:
    """Everything; each module of the API changes it through here. Not for threads."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.kinds: dict[str, dict[str, Json]] = {}
        self.agenda: list[tuple[int, int, str, str]] = []
        self.tasks: dict[str, Callable[[World, str], None]] = {}
        self.after_payment: list[Callable[[World, Json], None]] = []
        self.on_event: Callable[[Json], None] = lambda _event: None
        self.rendered: Callable[[Json], Json] = lambda it: it
        self.base_url = ""
        self.changes = 0
        self.request: Json | None = None
        self.retry_days: tuple[int, ...] = (3, 5, 7)
        self.after_retries = "canceled"
        self.bank_seconds = 3600
        self._n = 0

    @property
    def now(self) -> int:
        """This second, on the emulator's clock."""
        return self.clock.now()

    def id(self, prefix: str, length: int = 24) -> str:
        """A new id."""
        return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"

    def add(self, kind: str, prefix: str, **members: Any) -> Json:
        """A new object, in test mode, made now. Names that begin with an underscore are shown to nobody."""
        return self.keep(self.draft(kind, prefix, **members))

    def draft(self, kind: str, prefix: str, **members: Any) -> Json:
        """An object as it would be, not kept yet."""
        ident = members.pop("id", None) or self.id(prefix)
        made = {"id": ident, "object": kind, "created": self.now, "livemode": False, **members}
        if kind in _WITHOUT_MODE:
            del made["livemode"]
        return made

    def keep(self, made: Json) -> Json:
        """Keep a draft."""
        self.kinds.setdefault(made["object"], {})[made["id"]] = made
        self.changes += 1
        return made

    def retract(self, since: int, *families: str) -> None:
        """Take back the events of these families after the first `since`, also those that wait to be sent."""
        events = list(self.kinds.get("event", {}).values())[since:]
        for event in events:
            if event["type"].startswith(families):
                self.forget(event)

    def forget(self, it: Json) -> None:
        """As if it had never been."""
        del self.kinds[it["object"]][it["id"]]

    def get(self, kind: str, ident: str, param: str = "id") -> Json:
        """An object. Raises StripeError when there is none, or it was deleted and is named in a parameter."""
        found = self.kinds.get(kind, {}).get(ident)
        if found is None or (found.get("deleted") and param != "id"):
            raise missing(kind, ident, param)
        return found

    def every(self, kind: str) -> Iterator[Json]:
        """The objects of a kind, the oldest first, without deleted ones."""
        return (each for each in self.kinds.get(kind, {}).values() if not each.get("deleted"))

    def find(self, ident: str) -> Json | None:
        """An object by its id alone."""
        return next((objects[ident] for objects in self.kinds.values() if ident in objects), None)

    def change(self, it: Json, **members: Any) -> Json:
        """Set members of an object; returns those that were different, with their values before."""
        before = {name: copy.deepcopy(it.get(name)) for name, value in members.items() if it.get(name) != value}
        it.update(members)
        self.changes += 1
        return before

    def emit(self, kind: str, about: Json, previous: Json | None = None) -> None:
        """Something happened: an event with the object as it is now."""
        data: Json = {"object": shown(about)}
        if previous is not None:
            data["previous_attributes"] = shown(previous)
        event = self.add(
            "event", "evt", type=kind, api_version=VERSION, data=data, pending_webhooks=0,
            request=self.request or {"id": None, "idempotency_key": None}, _delivered=None,
        )  # fmt: skip
        self.on_event(event)

    def at(self, due: int, task: str, ident: str) -> None:
        """Do a task for an object, when it is time. The task looks whether it is still wanted."""
        self._n += 1
        heapq.heappush(self.agenda, (due, self._n, task, ident))
        self.changes += 1

    def catch_up(self, to: int | None = None, *, frozen: bool | None = None) -> int:
        """Do what is due until a time (now, if none), each at its own time; returns how much that was."""
        end = self.now if to is None else to
        stands = self.clock.stands_at is not None if frozen is None else frozen
        if to is None and not (self.agenda and self.agenda[0][0] <= end):
            return 0
        done = 0
        while self.agenda and self.agenda[0][0] <= end:
            due, _, task, ident = heapq.heappop(self.agenda)
            self.clock.move(due, frozen=True)
            # What was taken back is no longer there.
            if self.find(ident) is not None:
                self.tasks[task](self, ident)
                done += 1
        self.clock.move(end, frozen=stands)
        self.changes += 1
        return done

    def dump(self) -> Json:
        """Everything, for a file."""
        return {
            "kinds": self.kinds, "agenda": self.agenda, "n": self._n,
            "offset": self.clock.offset, "stands_at": self.clock.stands_at,
        }  # fmt: skip

    def load(self, state: Json) -> None:
        """Everything, from a file."""
        self.kinds = state["kinds"]
        self.agenda = [(due, n, task, ident) for due, n, task, ident in state["agenda"]]
        self._n = state["n"]
        self.clock.offset, self.clock.stands_at = state["offset"], state["stands_at"]


def shown(it: Any) -> Any:
    """A copy without what is shown to nobody."""
    if isinstance(it, dict):
        return {name: shown(value) for name, value in it.items() if not name.startswith("_")}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType] - JSON
    if isinstance(it, list):
        return [shown(value) for value in it]  # pyright: ignore[reportUnknownVariableType] - JSON
    return it
