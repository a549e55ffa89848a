"""python -m ops.prove [--only K1]: break every promise on purpose in a studio of its own; 1 if any went unnoticed."""

import argparse
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from ops.demo.failures import DemoFailed
from ops.embedded.failures import StackFailed
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack
from ops.prove import report
from ops.prove.board import PublicBoard
from ops.prove.hands import Hands
from ops.prove.mutation import Mutation
from ops.prove.mutations import all_mutations
from ops.prove.proving import Outcome, Prover

# Until every probe and a whole life of the canary found everything as it should be.
FIRST_SECONDS = 300.0
LOG_WIDTH = 180


def main() -> int:
    """Prove."""
    parser = argparse.ArgumentParser(prog="python -m ops.prove", description=__doc__)
    parser.add_argument("--directory", type=Path, default=PROJECT / ".figurine-prove", help="where its studio is")
    parser.add_argument("--pace", type=float, default=0.02, help="how often probes look, compared with usual")
    parser.add_argument("--only", action="append", default=[], metavar="PROMISE", help="this promise only; may repeat")
    parser.add_argument("--keep", action="store_true", help="leave the studio running, and use it again next time")
    arguments = parser.parse_args()
    wanted = [each for each in all_mutations() if not arguments.only or each.promise in arguments.only]
    console = Console(highlight=False, soft_wrap=True)
    # A log has no width of its own.
    console.width = console.width if console.is_terminal else LOG_WIDTH
    try:
        with _studio(arguments.directory, arguments.pace, keep=arguments.keep, console=console) as stack:
            outcomes, red = _prove(stack, wanted, arguments.pace, console)
    except (StackFailed, DemoFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    return report.show(console, outcomes, red=red, only=arguments.only)


@contextmanager
def _studio(directory: Path, pace: float, *, keep: bool, console: Console) -> Generator[Stack]:
    def make() -> Stack:
        settings = {"FIGURINE_PROBE_PACE": str(pace)}
        return Stack(directory, durable=False, emulate=["gemini", "stripe"], canary=True, settings=settings)

    if directory.exists() and not keep:
        make().remove()
    stack = make()
    try:
        began = time.monotonic()
        stack.up()
        console.print(f"{time.monotonic() - began:5.1f} s  a studio of its own is up, in {directory.name}")
        yield stack
    finally:
        if not keep:
            stack.remove()


def _prove(
    stack: Stack, wanted: Sequence[Mutation], pace: float, console: Console
) -> tuple[list[Outcome], dict[str, str]]:
    began = time.monotonic()
    hands, board = Hands(stack), PublicBoard(str(stack.endpoints["gateway"]), ca=stack.site.ca)
    prover = Prover(board=board, hands=hands, pace=pace)
    try:
        hands.resident.settle()
        red = prover.wait_for_green(seconds=FIRST_SECONDS)
        console.print(f"{time.monotonic() - began:5.1f} s  {report.first_look(red)}")
        outcomes: list[Outcome] = []
        for mutation in wanted:
            outcomes.append(prover.prove(mutation))
            console.print(f"{time.monotonic() - began:5.1f} s  {report.line(outcomes[-1])}")
    finally:
        board.close()
    return outcomes, red


if __name__ == "__main__":
    sys.exit(main())
