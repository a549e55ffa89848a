"""python -m ops.canary [--again]: live one life and print it, or one after the other; 1 where one was not good."""

import argparse
import signal
import sys
import time
from pathlib import Path
from threading import Event

from common.contracts.promises import witnesses_of
from common.probes import Found
from common.settings import SettingsRefused
from ops.canary import settings as own
from ops.canary.life import Life, Seen
from ops.canary.memory import Memory
from ops.canary.person import Person
from ops.canary.settings import Settings
from ops.canary.telling import tell
from ops.demo.endpoints import PROJECT
from ops.demo.failures import DemoFailed
from ops.embedded import files
from ops.services import CANARY

# After a life that was cut short, not as long as after one that came to its end.
SOONER = 0.1
# For a figurine, a copy, an erasure, in seconds; less where everything is looked at more often, down to a share of it.
PATIENCE, LEAST_PATIENCE = 600.0, 0.075


def main() -> int:
    """Live."""
    parser = argparse.ArgumentParser(prog="python -m ops.canary", description=__doc__)
    parser.add_argument("--again", action="store_true", help="as often as her probes are due, until stopped")
    parser.add_argument(
        "--directory", type=Path, default=PROJECT / ".figurine", help="a life by hand: the folder of the stack"
    )
    arguments = parser.parse_args()
    environment = None if arguments.again else arguments.directory / "env" / f"{CANARY}.env"
    try:
        settings = own.load(environment)
    except SettingsRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    if arguments.again:
        _live_again(settings)
        return 0
    return 0 if live(settings) else 1


def live(settings: Settings) -> bool:
    """One life, printed as it goes; says whether it came to its end and everything was as promised."""
    began = time.monotonic()
    with files.alone(settings.canary_memory.with_suffix(".lock")):
        person = Person(settings.public_url, ca=settings.ca_file)
        life = Life(
            person=person,
            memory=Memory(settings.canary_memory),
            domain=settings.canary_domain,
            patience=PATIENCE * min(1.0, max(settings.probe_pace, LEAST_PATIENCE)),
        )
        good: list[bool] = []
        try:
            for seen in life.live():
                good.append(seen.finding.state is not Found.BROKEN)
                _say(seen)
                tell(seen, settings)
        except (DemoFailed, ConnectionError) as failure:
            print(f"This life was cut short: {failure}", flush=True)
            return False
        finally:
            person.close()
    print(f"A life of {time.monotonic() - began:.1f} s; {sum(good)} of {len(good)} looks were as promised.", flush=True)
    return all(good) and len(good) == len(witnesses_of(CANARY))


def _live_again(settings: Settings) -> None:
    over = Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda _number, _frame: _end(over))
    every = min(witness.every_at(settings.probe_pace) for witness in witnesses_of(CANARY)).total_seconds()
    due = time.monotonic()
    while not over.is_set():
        due += every if live(settings) else every * SOONER
        over.wait(max(0.0, due - time.monotonic()))


def _end(over: Event) -> None:
    """Between lives at once; in the middle of one, too: the next one clears up."""
    over.set()
    raise SystemExit


def _say(seen: Seen) -> None:
    print(f"{seen.promise}  {seen.finding.state}: {seen.finding.checked}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
