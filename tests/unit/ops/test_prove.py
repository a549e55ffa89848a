"""`make prove` itself: what it takes for proven and what not, with a studio that is only a board."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import cast

import pytest
from rich.console import Console

from common.contracts.promises import PROMISES, WITNESSES, witness_of
from ops.prove import report
from ops.prove.board import Standing, Standings, View, standings_of
from ops.prove.hands import Hands
from ops.prove.mutation import Mutation
from ops.prove.mutations import NOT_BROKEN, all_mutations
from ops.prove.proving import Outcome, Prover

K1, S4 = "no upload is overdue", "own schema only"
PACE = 0.02
LIMIT = witness_of("K1", K1).fresh_for(PACE).total_seconds()


class Studio:
    """A board, and the time: what is broken is seen after a while, and what is healed, too."""

    def __init__(self, *, noticing: float = 5, healing: float = 5, also: Sequence[str] = ()) -> None:
        self.time = 0.0
        self._broken_at: float | None = None
        self._healed_at: float | None = None
        self._noticing, self._healing, self._also = noticing, healing, also
        self.before: set[str] = set()

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds

    def read(self) -> Standings | None:
        noticed = self._broken_at is not None and self.time >= self._broken_at + self._noticing
        healed = self._healed_at is not None and self.time >= self._healed_at + self._healing
        red = {"K1", *self._also} if noticed and not healed else set[str]()
        return {promise: standing(promise, red=promise in red | self.before) for promise in ("K1", "S4", "S5")}

    @contextmanager
    def damage(self, _hands: Hands) -> Generator[None]:
        self._broken_at = self.time
        yield
        self._healed_at = self.time


def standing(promise: str, *, red: bool) -> Standing:
    state = "broken" if red else "kept"
    probe = {"K1": K1, "S4": S4}.get(promise, "another")
    return Standing(
        state=state, views=[View(probe=probe, service="privacy", state=state, checked=f"{promise} {state}")]
    )


def prove(studio: Studio, companions: dict[str, str] | None = None) -> Outcome:
    prover = Prover(board=studio, hands=cast("Hands", None), pace=PACE, wait=studio.wait, now=studio.now)
    mutation = Mutation(
        promise="K1", probe=K1, sentence="a photo stays", damage=studio.damage, companions=companions or {}
    )
    return prover.prove(mutation)


def test_what_turns_red_in_time_and_alone_and_green_again_is_proven() -> None:
    outcome = prove(Studio())
    assert outcome.good
    assert outcome.noticed == pytest.approx(5, abs=0.5)
    assert outcome.healed is not None
    assert outcome.seen == "K1 broken"


@pytest.mark.parametrize(
    ("studio", "complaint"),
    [
        (Studio(noticing=LIMIT + 1), "nobody noticed"),
        (Studio(also=["S4"]), "S4 turned red, too"),
        (Studio(healing=1000), "K1 stayed red"),
    ],
)
def test_what_is_noticed_too_late_or_by_another_or_never_heals_is_not_proven(studio: Studio, complaint: str) -> None:
    outcome = prove(studio)
    assert not outcome.good
    assert complaint in report.line(outcome)


def test_a_companion_may_turn_red_too_and_is_named() -> None:
    outcome = prove(Studio(also=["S4"]), companions={"S4": "it looks at the same"})
    assert outcome.good
    assert "so did S4" in report.line(outcome)


def test_what_was_red_before_is_no_fault_of_this_mutation() -> None:
    studio = Studio()
    studio.before = {"S5"}
    assert prove(studio).good


def test_a_promise_that_is_red_before_is_not_proven_by_that() -> None:
    studio = Studio()
    studio.before = {"K1"}
    outcome = prove(studio)
    assert not outcome.good
    assert "red before" in report.line(outcome)


def test_damage_that_fails_is_no_proof_and_the_others_go_on() -> None:
    studio = Studio()

    @contextmanager
    def damage(_hands: Hands) -> Generator[None]:
        raise RuntimeError("there is nothing to break")
        yield

    prover = Prover(board=studio, hands=cast("Hands", None), pace=PACE, wait=studio.wait, now=studio.now)
    outcome = prover.prove(Mutation(promise="K1", probe=K1, sentence="", damage=damage))
    assert not outcome.good
    assert "nothing to break" in report.line(outcome)


def test_a_promise_without_a_mutation_fails_the_proof() -> None:
    quiet = Console(quiet=True)
    assert report.show(quiet, [prove(Studio())], red={}, only=["K1"]) == 0
    assert report.show(quiet, [prove(Studio())], red={}, only=[]) == 1
    assert report.show(quiet, [], red={}, only=["K1"]) == 1
    assert "S4" in dict(report.unproven([prove(Studio())]))


def test_the_board_is_what_the_public_door_says() -> None:
    view = {"probe": K1, "service": "privacy", "state": "stale", "checked": None}
    nobody = {"id": "C1", "state": "stale", "views": []}
    found = standings_of({"items": [{"id": "K1", "state": "stale", "views": [view]}, nobody]})
    assert list(found) == ["K1"]
    assert found["K1"].red
    assert found["K1"].sees(K1) is found["K1"].views[0]
    assert found["K1"].sees("another") is None


def test_every_probe_is_broken_on_purpose_or_there_is_a_reason_why_not() -> None:
    broken = {(mutation.promise, mutation.probe) for mutation in all_mutations()}
    probes = {(witness.promise, witness.probe) for witness in WITNESSES}
    assert probes - broken - NOT_BROKEN.keys() == set(), "add a mutation to ops/prove/mutations, or a reason"
    assert broken <= probes
    assert broken | NOT_BROKEN.keys() <= probes
    assert not NOT_BROKEN.keys() & broken
    for mutation in all_mutations():
        assert mutation.companions.keys() <= PROMISES.keys()
