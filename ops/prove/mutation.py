"""A way to break a promise on purpose: what is done, and how it is undone."""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Final

from ops.prove.hands import Hands

# Broken as long as the block lasts; whole again after it.
Damage = Callable[[Hands], AbstractContextManager[None]]
_NONE: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """`companions` may turn red, too, each for the reason that is given; all others must stay green."""

    promise: str
    probe: str
    sentence: str
    damage: Damage
    companions: Mapping[str, str] = field(default_factory=dict[str, str])


MUTATIONS: list[Mutation] = []


def breaks(
    promise: str, probe: str, sentence: str, *, companions: Mapping[str, str] = _NONE
) -> Callable[[Callable[[Hands], Generator[None]]], Damage]:
    """Make a generator a mutation: it breaks the promise, yields, and heals. A sentence says what it does."""

    def keep(steps: Callable[[Hands], Generator[None]]) -> Damage:
        damage = contextmanager(steps)
        MUTATIONS.append(
            Mutation(promise=promise, probe=probe, sentence=sentence, damage=damage, companions=companions)
        )
        return damage

    return keep
