"""python -m ops.trials [--only NAME]: cause each fault in a studio of its own; 1 if an alert said nothing of one.

Prints the table of docs/runbooks/trials.md. Prometheus has to be there: Debian's package, or --prometheus PATH.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from common.contracts.consents import GEMINI
from ops.demo.failures import DemoFailed
from ops.embedded.failures import StackFailed
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack
from ops.observability import dashboards
from ops.observability.alerts import alerts
from ops.prove.hands import Hands
from ops.prove.newcomer import OWN_STYLE
from ops.trials.faults import TRIALS, Trial
from ops.trials.watching import Prometheus, PrometheusMissing, watched

# Until an alert's expression holds, and until it no longer does; windows of minutes empty later than that.
_NOTICED_SECONDS, _HEALED_SECONDS = 180.0, 45.0
_PACE = "0.02"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Seconds after which each alert's expression held, and no longer did; None for one that never was seen to."""

    trial: Trial
    noticed: dict[str, float | None] = field(default_factory=dict[str, "float | None"])
    healed: dict[str, float | None] = field(default_factory=dict[str, "float | None"])
    besides: Sequence[str] = ()
    failure: str = ""

    @property
    def good(self) -> bool:
        """Whether every alert said so."""
        return not self.failure and None not in self.noticed.values()


def main() -> int:
    """Try."""
    parser = argparse.ArgumentParser(prog="python -m ops.trials", description=__doc__)
    parser.add_argument("--directory", type=Path, default=PROJECT / ".figurine-trials", help="where its studio is")
    parser.add_argument("--prometheus", help="the program; without it, the one that is installed")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this trial only; may repeat")
    parser.add_argument("--keep", action="store_true", help="leave the studio running, and use it again next time")
    arguments = parser.parse_args()
    wanted = [trial for trial in TRIALS if not arguments.only or trial.name in arguments.only]
    try:
        outcomes = _in_a_studio(arguments.directory, arguments.prometheus, wanted, keep=arguments.keep)
    except PrometheusMissing:
        print("Prometheus is not installed here: apt-get install prometheus, or say where it is.", file=sys.stderr)
        return 1
    except (StackFailed, DemoFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0 if all(outcome.good for outcome in outcomes) else 1


def _in_a_studio(directory: Path, program: str | None, wanted: Sequence[Trial], *, keep: bool) -> list[Outcome]:
    def make() -> Stack:
        settings = {"FIGURINE_PROBE_PACE": _PACE}
        return Stack(directory, durable=False, emulate=["gemini", "stripe"], settings=settings)

    if directory.exists() and not keep:
        make().remove()
    stack = make()
    try:
        stack.up()
        with watched(stack, program) as prometheus:
            hands = Hands(stack)
            hands.resident.order(OWN_STYLE)
            hands.resident.person.say(GEMINI, granted=True)
            outcomes = [_say(_try(trial, hands, prometheus)) for trial in wanted]
            _say_panels(prometheus)
        return outcomes
    finally:
        if not keep:
            stack.remove()


def _try(trial: Trial, hands: Hands, prometheus: Prometheus) -> Outcome:
    outcome, began = Outcome(trial=trial), time.monotonic()
    queries = {alert.name: alert.query for alert in alerts(PROJECT)}
    try:
        with trial.cause(hands):
            for name in trial.alerts:
                query = queries[name]
                outcome.noticed[name] = _when(lambda query=query: bool(prometheus.ask(query)), began, _NOTICED_SECONDS)
            held = [name for name, query in queries.items() if prometheus.ask(query)]
            outcome.besides = [name for name in held if name not in trial.alerts]
        ended = time.monotonic()
        for name in trial.alerts:
            outcome.healed[name] = _when(lambda name=name: not prometheus.ask(queries[name]), ended, _HEALED_SECONDS)
    except Exception as failure:  # the other trials go on
        outcome.failure = repr(failure)[:300]
    return outcome


def _when(condition: Callable[[], bool], began: float, seconds: float) -> float | None:
    """After how many seconds it held; None if it did not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def _say(outcome: Outcome) -> Outcome:
    trial = outcome.trial
    said = ", ".join(f"`{name}` {_seconds(seconds)}" for name, seconds in outcome.noticed.items())
    over = ", ".join(dict.fromkeys(_seconds(seconds) for seconds in outcome.healed.values()))
    besides = ", ".join(f"`{name}`" for name in outcome.besides)
    print(f"| {trial.fault} | {said} | {trial.steps} | {over} | {besides} | {outcome.failure}", flush=True)
    return outcome


def _seconds(seconds: float | None) -> str:
    return "not seen" if seconds is None else f"{seconds:.0f} s"


def _say_panels(prometheus: Prometheus) -> None:
    """Which panels of the dashboards have something to show, after all that."""
    for dashboard in dashboards.read(PROJECT):
        empty = [
            panel.title
            for panel in (*dashboard.numbers, *dashboard.panels)
            if not any(prometheus.ask(_whole(query)) for query in panel.queries.values())
        ]
        print(f"{dashboard.title}: {len(dashboard.numbers) + len(dashboard.panels)} panels, without data: {empty}")


def _whole(query: str) -> str:
    """As Grafana asks it."""
    return query.replace("$__rate_interval", "5m").replace("$service", ".+")


if __name__ == "__main__":
    sys.exit(main())
