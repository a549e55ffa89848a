"""The stack on this machine, without Docker: python -m ops.embedded servers | down."""

import argparse
import sys
import time
from pathlib import Path

from ops.embedded.failures import StackFailed
from ops.embedded.site import PROJECT
from ops.embedded.stack import Stack


def main() -> int:
    """Do what the command line says; 1 if it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m ops.embedded", description="The studio on this machine.")
    parser.add_argument("--directory", type=Path, default=PROJECT / ".figurine", help="where it keeps everything")
    parser.add_argument("command", choices=("servers", "down"))
    arguments = parser.parse_args()
    stack = Stack(arguments.directory)
    began = time.monotonic()
    try:
        {"servers": stack.start_servers, "down": stack.stop}[arguments.command]()
    except StackFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"{arguments.command}: done in {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
