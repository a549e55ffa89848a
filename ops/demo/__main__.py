"""python -m ops.demo: show the running studio through its public API; 1 if anything is not as promised."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from ops.demo import endpoints, story
from ops.demo.failures import DemoFailed
from ops.demo.studio import Studio


def main() -> int:
    """Run the demo against the stack in a directory."""
    parser = argparse.ArgumentParser(prog="python -m ops.demo", description=__doc__)
    parser.add_argument("--directory", type=Path, default=endpoints.PROJECT / ".figurine", help="the stack's folder")
    console = Console(highlight=False)
    began = time.monotonic()
    try:
        show(console, parser.parse_args().directory)
    except DemoFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    console.print(f"The demo took {time.monotonic() - began:.1f} s; everything was as promised.")
    return 0


def show(console: Console, directory: Path) -> None:
    """Find the stack and live through the demo."""
    found = endpoints.read(directory)
    studio = Studio(found.gateway, ca=found.ca)
    try:
        story.tell(console, studio, found)
    finally:
        studio.close()


if __name__ == "__main__":
    sys.exit(main())
