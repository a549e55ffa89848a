"""The policy, changed on purpose.

python -m ops.policy check                    say what is wrong, and fail
python -m ops.policy new 2027-03-01           a new version, with the words of the newest
python -m ops.policy renew 2027-03-01         bind the sentences as they are now, and print what changed
python -m ops.policy publish 2027-03-01       seal it
python -m ops.policy withdraw 2027-03-01      take the seal back of one that waits for the console
python -m ops.policy diff 2026-11-26 2027-03-01
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping

from common.policy import DIRECTORY, PolicyBroken
from ops.policy import changing, keeping, rules

_COMMANDS: Mapping[str, Callable[..., Iterator[str]]] = {
    "new": changing.begin,
    "renew": changing.renew,
    "publish": changing.publish,
    "withdraw": changing.withdraw,
    "diff": changing.compare,
}


def main() -> int:
    """Do it; 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m ops.policy", description="The policy, changed on purpose.")
    parser.add_argument("command", choices=["check", *_COMMANDS])
    parser.add_argument("versions", nargs="*", metavar="VERSION")
    given = parser.parse_args()
    if len(given.versions) != {"check": 0, "diff": 2}.get(given.command, 1):
        parser.error("check takes no version, diff takes two, and everything else one")
    if given.command == "check":
        wrong = [*rules.problems(), *keeping.problems()]
        print("\n".join(wrong) or "The policy keeps its rules.")
        return 1 if wrong else 0
    try:
        for line in _COMMANDS[given.command](DIRECTORY.resolve(), *given.versions):
            print(line)
    except PolicyBroken as broken:
        print(broken, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
