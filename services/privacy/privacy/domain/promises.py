"""How a promise stands: what its probes found last, and how long ago. Pure.

A promise is kept only while every probe of it found it so, and lately. What nobody looked at lately counts as if it
were broken, and is called stale.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from common.contracts.promises import PROMISES, WITNESSES, Witness
from common.erasure.statements import NotSigned, canonical, verify
from common.errors import NotFound

FORMAT: Final = 1
# Before the first finding there is none.
GENESIS: Final = bytes(32)
# How far back the small chart on the page goes.
DAYS_SHOWN: Final = 30


class NoSuchPromise(NotFound):
    """There is no promise of that name. See GET /v1/promises for all of them."""


class ChainBroken(Exception):
    """A finding was changed, taken out, or is not the studio's."""


class State(StrEnum):
    """How a promise stands."""

    KEPT = "kept"
    BROKEN = "broken"
    STALE = "stale"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one probe of one service found last."""

    promise: str
    probe: str
    service: str
    state: State
    at: datetime
    checked: str
    number: int
    kept_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One of the things that are looked at for a promise, and how it stands."""

    probe: str
    service: str
    state: State
    seen: Seen | None
    fresh_for: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Minutes of one day, by how a promise was found."""

    day: date
    kept: int
    broken: int
    stale: int
    not_applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A promise, how it stands, and why."""

    promise: str
    sentence: str
    state: State
    since: datetime | None
    views: Sequence[View]
    days: Sequence[Day] = ()

    @property
    def proven_at(self) -> datetime | None:
        """Since when all of it has been found kept: the oldest of the newest findings that say so."""
        times = [view.seen.kept_at for view in self.views if view.seen and view.seen.kept_at]
        return min(times) if times and len(times) == len(self.views) else None

    @property
    def fresh_for(self) -> timedelta:
        """After how long without a new finding it is stale."""
        return min((view.fresh_for for view in self.views), default=timedelta(0))

    @property
    def checked(self) -> str:
        """What was seen, the worst first; a sentence of ours where nobody looked."""
        worst = sorted((view for view in self.views if view.seen), key=lambda view: _GRAVITY[view.state])
        return worst[0].seen.checked if worst and worst[0].seen else "Nothing has looked at this promise yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A finding in the chain."""

    number: int
    promise: str
    probe: str
    service: str
    state: State
    at: datetime
    filed_at: datetime
    body: str
    signature: str
    digest: bytes


_GRAVITY: Final[Mapping[State, int]] = {
    State.BROKEN: 0,
    State.STALE: 1,
    State.KEPT: 2,
    State.NOT_APPLICABLE: 3,
}


def judge(
    promise: str, seen: Mapping[tuple[str, str], Seen], *, now: datetime, pace: float
) -> tuple[State, list[View]]:
    """How a promise stands now; `seen` by probe and service. One nobody looks at is stale."""
    views = [
        _view(witness, service, seen.get((witness.probe, service)), now=now, pace=pace)
        for witness in WITNESSES
        if witness.promise == promise
        for service in witness.services
    ]
    return min((view.state for view in views), key=_GRAVITY.__getitem__, default=State.STALE), views


def check_known(promise: str) -> str:
    """The id of a promise. Raises NoSuchPromise."""
    if promise not in PROMISES:
        raise NoSuchPromise
    return promise


def body_of(*, number: int, filed_at: datetime, previous: bytes, statement: str, signature: str) -> str:
    """A finding as it stands in the chain, in its one written form."""
    return canonical(
        {
            "format": FORMAT,
            "kind": "finding",
            "number": number,
            "filed_at": filed_at.isoformat(),
            "previous": previous.hex(),
            "statement": statement,
            "signature": signature,
        }
    )


def digest_of(body: str) -> bytes:
    """What the next finding names this one by."""
    return hashlib.sha256(body.encode()).digest()


def check_proof(proof: Mapping[str, Any], keys: Mapping[str, str]) -> Mapping[str, Any]:
    """What a finding says (its statement), once both signatures in it are right. Raises ChainBroken."""
    try:
        verify(keys["privacy"], proof["body"], proof["signature"])
        said = json.loads(proof["body"])
        statement: Mapping[str, Any] = json.loads(said["statement"])
        verify(keys[statement["service"]], said["statement"], said["signature"])
    except (KeyError, TypeError, ValueError):
        raise ChainBroken("This is not a finding of the studio, or a key is missing.") from None
    except NotSigned:
        raise ChainBroken("A finding was changed, or it is not the studio's: a signature does not fit.") from None
    return {**statement, "number": said["number"], "previous": said["previous"]}


def check_chain(proofs: Sequence[Mapping[str, Any]], keys: Mapping[str, str]) -> None:
    """Findings in order, each of which names the one before it. Raises ChainBroken where one is missing."""
    previous: Mapping[str, Any] | None = None
    for proof in proofs:
        said = check_proof(proof, keys)
        if previous is not None:
            follows = said["number"] == json.loads(previous["body"])["number"] + 1
            if not follows or said["previous"] != digest_of(previous["body"]).hex():
                message = f"Before finding {said['number']} one is missing or was changed."
                raise ChainBroken(message)
        previous = proof


def _view(witness: Witness, service: str, seen: Seen | None, *, now: datetime, pace: float) -> View:
    fresh_for = witness.fresh_for(pace)
    # What was broken stays broken until somebody sees it whole.
    lately = seen is not None and (seen.state is State.BROKEN or seen.at >= now - fresh_for)
    state = seen.state if seen and lately else State.STALE
    return View(probe=witness.probe, service=service, state=state, seen=seen, fresh_for=fresh_for)
