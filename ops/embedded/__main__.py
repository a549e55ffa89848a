"""The studio on this machine: python -m ops.embedded up | servers | down | clean | status | logs."""

import argparse
import os
import sys
import time
from pathlib import Path

from ops.embedded.emulators import EMULATORS, is_emulator, without_keys
from ops.embedded.failures import StackFailed
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack

_SHOWN_LINES = "40"


def up(stack: Stack) -> None:
    """Start everything, and say where it is."""
    stack.up()
    for partner, emulator in stack.emulators.items():
        print(f"{partner} is emulated at {emulator.address}: nothing goes to the partner, and what comes is labelled.")
    print(f"The studio is open at {stack.endpoints['gateway']} (its certificate authority: {stack.site.ca})")


def status(stack: Stack) -> None:
    """One line per program."""
    if not stack.supervisor.is_running():
        print("The stack is down.")
        return
    for name in stack.supervisor.names():
        note = "  emulated, not the partner" if is_emulator(name) else ""
        print(f"{name:20} {stack.supervisor.state(name):10} {stack.supervisor.pid(name) or ''}{note}")


def logs(stack: Stack) -> None:
    """The last lines of every program, and what follows, until Ctrl-C."""
    files = sorted(str(path) for path in stack.site.logs.glob("*.log"))
    if not files:
        print("Nothing has been logged yet.")
        return
    os.execvp("tail", ["tail", "-n", _SHOWN_LINES, "-F", *files])  # noqa: S606 - tail takes our place, and Ctrl-C


_COMMANDS = {
    "up": up,
    "servers": Stack.start_servers,
    "down": Stack.stop,
    "clean": Stack.remove,
    "status": status,
    "logs": logs,
}
_TIMED = frozenset({"up", "servers", "down"})


def main() -> int:
    """Do what the command line says; 1 if it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m ops.embedded", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("--directory", type=Path, default=PROJECT / ".figurine", help="where it keeps everything")
    parser.add_argument(
        "--emulate", action="append", choices=EMULATORS, default=[], help="stand an emulator in for this partner (up)"
    )
    arguments = parser.parse_args()
    began = time.monotonic()
    wanted = sorted({*arguments.emulate, *without_keys()})

    def say(step: str) -> None:
        # In one piece: several threads report.
        sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {step}\n")
        sys.stdout.flush()

    try:
        stack = Stack(arguments.directory, progress=say, emulate=wanted, canary=True, audited=True)
        _COMMANDS[arguments.command](stack)
    except StackFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    if arguments.command in _TIMED:
        say(f"{arguments.command}: done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
