"""How a promise stands, by what was found and when; every rule, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from common.contracts.promises import APPOINTMENTS, PROMISES, WITNESSES, Witness, witness_of, witnesses_of
from privacy.domain.promises import NoSuchPromise, Seen, Standing, State, check_known, judge

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def seen(witness: Witness, service: str, state: State, *, ago: timedelta = timedelta(0)) -> Seen:
    return Seen(
        promise=witness.promise,
        probe=witness.probe,
        service=service,
        state=state,
        at=NOW - ago,
        checked=f"{service} looked.",
        number=1,
        kept_at=None if state is State.BROKEN else NOW - ago,
    )


S1 = witness_of("S1", "TLS only")


def everybody(state: State = State.KEPT, **others: Seen) -> dict[tuple[str, str], Seen]:
    found = {(S1.probe, service): seen(S1, service, state) for service in S1.services}
    return {**found, **{(S1.probe, service): one for service, one in others.items()}}


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (everybody(), State.KEPT),
        (everybody(billing=seen(S1, "billing", State.BROKEN)), State.BROKEN),
        # One that looks no more is as red as one that found it broken.
        (everybody(billing=seen(S1, "billing", State.KEPT, ago=timedelta(hours=1))), State.STALE),
        # What was found broken stays so until somebody sees it whole, however long ago it was.
        (everybody(billing=seen(S1, "billing", State.BROKEN, ago=timedelta(days=9))), State.BROKEN),
        (everybody(billing=seen(S1, "billing", State.NOT_APPLICABLE)), State.KEPT),
        (everybody(State.NOT_APPLICABLE), State.NOT_APPLICABLE),
        ({}, State.STALE),
    ],
)
def test_a_promise_is_kept_only_while_every_probe_of_it_says_so_and_lately(
    found: dict[tuple[str, str], Seen], state: State
) -> None:
    assert judge("S1", found, now=NOW, pace=1)[0] is state


def test_a_finding_is_fresh_for_a_few_appointments_and_ages_with_the_pace() -> None:
    ago = S1.every * APPOINTMENTS
    late = everybody(billing=seen(S1, "billing", State.KEPT, ago=ago))
    assert judge("S1", late, now=NOW, pace=1)[0] is State.KEPT
    assert judge("S1", late, now=NOW + timedelta(seconds=31), pace=1)[0] is State.STALE
    assert judge("S1", late, now=NOW, pace=0.1)[0] is State.STALE


def test_a_promise_was_proven_when_the_oldest_of_its_probes_last_found_it_kept() -> None:
    ago = timedelta(minutes=4)
    _, views = judge("S1", everybody(billing=seen(S1, "billing", State.KEPT, ago=ago)), now=NOW, pace=1)
    standing = Standing(promise="S1", sentence="", state=State.KEPT, since=None, views=views)
    assert standing.proven_at == NOW - ago
    _, views = judge("S1", everybody(billing=seen(S1, "billing", State.BROKEN)), now=NOW, pace=1)
    standing = Standing(promise="S1", sentence="", state=State.BROKEN, since=None, views=views)
    assert (standing.proven_at, standing.checked) == (None, "billing looked.")


def test_every_witness_is_of_a_promise_that_there_is_and_stands_there_once() -> None:
    assert {witness.promise for witness in WITNESSES} <= set(PROMISES)
    named = [(witness.promise, witness.probe) for witness in WITNESSES]
    assert len(named) == len(set(named))
    assert {service for witness in WITNESSES for service in witness.services} <= {
        *("gateway", "generation", "billing", "privacy", "analytics", "canary")
    }
    assert S1 in witnesses_of("analytics")


def test_a_promise_or_a_probe_that_nobody_wrote_down_is_refused() -> None:
    with pytest.raises(NoSuchPromise):
        check_known("Z9")
    with pytest.raises(LookupError, match="write it into"):
        witness_of("K1", "no such probe")
