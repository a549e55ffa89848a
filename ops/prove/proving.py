"""Breaks one promise after the other, and watches: the right one turns red in time, no other does, and it heals."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from common.contracts.promises import witness_of
from ops.prove.board import Board, Standings
from ops.prove.hands import Hands
from ops.prove.mutation import Mutation

_PAUSE: Final = 0.3
# After it is noticed: whoever else has something to say about it says so by then.
_LISTENING: Final = 3.0
# A finding is judged, filed and read; a service that was stopped starts again.
_HEALING: Final = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one mutation; times in seconds."""

    mutation: Mutation
    limit: float
    noticed: float | None = None
    healed: float | None = None
    seen: str = ""
    # Promises that turned red, too, and had no reason to.
    strangers: Mapping[str, str] = field(default_factory=dict[str, str])
    companions: Sequence[str] = ()
    failure: str = ""

    @property
    def good(self) -> bool:
        """Noticed in time, and nothing else."""
        return self.noticed is not None and self.healed is not None and not self.strangers and not self.failure


@dataclass(slots=True, kw_only=True)
class Prover:
    """Works on one studio; `wait` and `now` are another's in tests."""

    board: Board
    hands: Hands
    pace: float
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def wait_for_green(self, *, seconds: float) -> dict[str, str]:
        """Wait until nothing is red; returns what still is, by promise, with what was seen."""
        end = self.now() + seconds
        while True:
            red = _red(self.board.read())
            if (red is not None and not red) or self.now() > end:
                return {"?": "Nobody can say how the promises stand."} if red is None else red
            self.wait(_PAUSE)

    def prove(self, mutation: Mutation) -> Outcome:
        """Break, look, heal, look."""
        limit = witness_of(mutation.promise, mutation.probe).fresh_for(self.pace).total_seconds()
        # What was red before is another mutation's fault.
        before = _red(self.board.read()) or {}
        if mutation.promise in before:
            return Outcome(mutation=mutation, limit=limit, failure="It was red before anything was done to it.")
        noticed, seen, others = None, "", dict[str, str]()
        try:
            with mutation.damage(self.hands):
                noticed, seen = self._watch(mutation, limit, others)
            began = self.now()
            left = self.wait_for_green(seconds=max(limit, _HEALING))
        except Exception as failure:
            return Outcome(mutation=mutation, limit=limit, noticed=noticed, seen=seen, failure=repr(failure)[:300])
        stayed = left.keys() - before.keys()
        return Outcome(
            mutation=mutation,
            limit=limit,
            noticed=noticed,
            healed=None if mutation.promise in left or stayed else self.now() - began,
            seen=seen,
            strangers={
                promise: what
                for promise, what in others.items()
                if promise not in {mutation.promise, *mutation.companions, *before}
            },
            companions=sorted((others.keys() & mutation.companions.keys()) - {mutation.promise}),
            failure=f"{', '.join(sorted(left))} stayed red" if stayed else "",
        )

    def _watch(self, mutation: Mutation, limit: float, others: dict[str, str]) -> tuple[float | None, str]:
        """When it was noticed and what was seen; notes down who else turned red meanwhile, or soon after."""
        began = self.now()
        noticed: float | None = None
        seen = ""
        while True:
            standings = self.board.read() or {}
            others.update(_red(standings) or {})
            view = standings[mutation.promise].sees(mutation.probe) if mutation.promise in standings else None
            passed = self.now() - began
            if view is not None and noticed is None:
                noticed, seen = passed, view.checked if view.state == "broken" else f"{view.state}: {view.checked}"
            if passed > (limit if noticed is None else noticed + _LISTENING):
                return noticed, seen
            self.wait(_PAUSE)


def _red(standings: Standings | None) -> dict[str, str] | None:
    if standings is None:
        return None
    return {
        promise: next((view.checked for view in standing.views if standing.sees(view.probe) is view), standing.state)
        for promise, standing in standings.items()
        if standing.red
    }
