"""What was proven, as a table: each promise, what was done to it, and how long it took to notice."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from common.contracts.promises import PROMISES, WITNESSES
from ops.prove.mutations import NOT_BROKEN
from ops.prove.proving import Outcome

_SHOWN = 120


def show(console: Console, outcomes: Sequence[Outcome], *, red: Mapping[str, str], only: Sequence[str]) -> int:
    """Print it; 0 if every promise was broken on purpose, noticed, and healed."""
    table = Table(title="Every promise, broken on purpose", title_justify="left")
    for column in ("promise", "what was done", "noticed", "limit", "healed", "what was seen"):
        table.add_column(column, justify="right" if column in {"noticed", "limit", "healed"} else "left")
    for outcome in outcomes:
        table.add_row(
            outcome.mutation.promise,
            outcome.mutation.sentence,
            _seconds(outcome.noticed),
            _seconds(outcome.limit),
            _seconds(outcome.healed),
            textwrap.shorten(outcome.seen, _SHOWN, placeholder=" …"),
        )
    console.print(table, soft_wrap=False)
    complaints = list(_complaints(outcomes, red, unproven(outcomes) if not only else []))
    for complaint in complaints:
        console.print(complaint)
    good = sum(outcome.good for outcome in outcomes)
    console.print(f"{good} of {len(outcomes)} mutations were noticed in time, by the right promise alone, and healed.")
    return 0 if outcomes and not complaints else 1


def _complaints(
    outcomes: Sequence[Outcome], red: Mapping[str, str], missing: Sequence[tuple[str, str]]
) -> Iterator[str]:
    for outcome in outcomes:
        for what in faults(outcome):
            yield f"{outcome.mutation.promise}  {outcome.mutation.sentence}: {what}"
    for promise, what in red.items():
        yield f"{promise}  was red before anything was done to it: {what}"
    for promise, why in missing:
        yield f"{promise}  not proven: {why}"


def faults(outcome: Outcome) -> list[str]:
    """What was not as it should be."""
    told = [outcome.failure] if outcome.failure else []
    if outcome.noticed is None and not outcome.failure:
        told.append(f"nobody noticed within {outcome.limit:.0f} s.")
    elif outcome.healed is None and not outcome.failure:
        told.append("it stayed red.")
    return [*told, *(f"{promise} turned red, too: {what}" for promise, what in outcome.strangers.items())]


def unproven(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Promises that were not seen to turn red, and why."""
    seen = {outcome.mutation.promise for outcome in outcomes}
    watched = {witness.promise for witness in WITNESSES}
    return [
        (promise, "nothing here breaks it." if promise in watched else "nobody looks at it yet.")
        for promise in PROMISES
        if promise not in seen and not _excused(promise)
    ]


def line(outcome: Outcome) -> str:
    """How one went, while the others are still to come."""
    promise, sentence = outcome.mutation.promise, outcome.mutation.sentence
    if not outcome.good:
        return f"{promise} NOT PROVEN by {sentence}: {' '.join(faults(outcome))}"
    also = f" (so did {', '.join(outcome.companions)}, as it should)" if outcome.companions else ""
    return f"{promise} {sentence}: red after {outcome.noticed:.1f} s, green after {outcome.healed:.1f} s{also}"


def first_look(red: Mapping[str, str]) -> str:
    """How it stood before anything was done."""
    if not red:
        return "every promise that somebody looks at is green"
    return f"red before anything was done: {'; '.join(f'{promise}: {what}' for promise, what in red.items())}"


def _excused(promise: str) -> bool:
    """Whether there is a reason for every probe of it."""
    probes = [witness.probe for witness in WITNESSES if witness.promise == promise]
    return bool(probes) and all((promise, probe) in NOT_BROKEN for probe in probes)


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"
