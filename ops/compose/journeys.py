"""`make e2e`: the studio in containers, from clean, and people's journeys through it.

    python -m ops.compose.journeys [TESTS...]

Builds the images, starts everything, runs the tests with TEST_STACK=compose, keeps what the containers said in
`.figurine-containers.log`, and takes them away again with all they stored. Exits as pytest does; 2 without Docker.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from time import monotonic

from ops.compose.project import PROJECT, ComposeMissing, Project

STUDIO = Project(name="figurine-journeys", folder=PROJECT / ".figurine-containers", first_port=29443)
LOG = PROJECT / ".figurine-containers.log"
# Those that come by the public door and read their mail; the others look behind it, where containers are closed.
JOURNEYS = tuple(
    f"tests/e2e/test_{name}.py"
    for name in (
        "a_whole_life",
        "every_page",
        "leaving",
        "leaving_page",
        "services_away",
        "studio_page",
        "versions_page",
    )
)


def main(tests: Sequence[str]) -> int:
    """Run them; the exit code."""
    try:
        _begin()
        return _walk(tests or JOURNEYS)
    except ComposeMissing as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1


def _begin() -> None:
    STUDIO.run("version")
    _end()
    began = monotonic()
    STUDIO.run("build", quiet=False)
    _say("images built", began)
    for name, size in _sizes():
        print(f"  {name:<24} {size / 1e6:6.0f} MB")


def _walk(tests: Sequence[str]) -> int:
    began = monotonic()
    try:
        STUDIO.up()
        _say("healthy", began)
        asked = [sys.executable, "-m", "pytest", *tests]
        return subprocess.run(asked, cwd=PROJECT, env={**os.environ, "TEST_STACK": "compose"}, check=False).returncode
    finally:
        LOG.write_text(STUDIO.run("logs", "--no-color", "--timestamps"))
        print(f"what the containers said: {LOG.relative_to(PROJECT)}")
        _end()


def _end() -> None:
    STUDIO.down()
    shutil.rmtree(STUDIO.folder, ignore_errors=True)


def _sizes() -> list[tuple[str, int]]:
    """What each of our images weighs, unpacked."""
    listed = json.loads(STUDIO.run("config", "--format", "json"))["services"].values()
    names = sorted({service["image"] for service in listed if "build" in service})
    asked = ["docker", "image", "inspect", "--format", "{{.Size}}", *names]
    sizes = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    return list(zip(names, map(int, sizes), strict=True))


def _say(what: str, began: float) -> None:
    print(f"{what} after {monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
