"""docker compose with a folder, ports and a name of its own, beside a studio that people use on this machine."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
HEALTHY_SECONDS = 300


class ComposeMissing(Exception):
    """There is no Docker with Compose here. Install Docker Engine and its compose plugin, then try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One studio in containers: its files in `folder`, its published ports from `first_port` on."""

    name: str
    folder: Path
    first_port: int

    @property
    def environment(self) -> dict[str, str]:
        """What docker-compose.yml asks for; nothing of `.env`, which may hold keys of partners."""
        names = ("FIGURINE_PORT", "FIGURINE_STRIPE_PORT", "FIGURINE_RABBITMQ_PORT")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("FIGURINE_")},
            **{name: str(self.first_port + i) for i, name in enumerate(names)},
            "FIGURINE_FOLDER": f"./{self.folder.relative_to(PROJECT)}",
            "COMPOSE_DISABLE_ENV_FILE": "1",
            "COMPOSE_PROJECT_NAME": self.name,
        }

    def run(self, *arguments: str, quiet: bool = True) -> str:
        """What docker compose says. Raises CalledProcessError with its complaint."""
        said = subprocess.run(
            [*command(), *arguments],
            cwd=PROJECT,
            env=self.environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
        )
        return said.stdout

    def up(self) -> None:
        """Return when everything runs and is healthy."""
        self.run("up", "--detach", "--wait", "--wait-timeout", str(HEALTHY_SECONDS), "--remove-orphans")

    def down(self) -> None:
        """Take the containers away, and what they stored."""
        self.run("down", "--volumes", "--remove-orphans")


def command() -> Sequence[str]:
    """How Compose is called here. Raises ComposeMissing."""
    if shutil.which("docker") and _works("docker", "compose", "version"):
        return ("docker", "compose")
    if shutil.which("docker-compose") and _works("docker-compose", "version"):
        return ("docker-compose",)
    raise ComposeMissing(ComposeMissing.__doc__)


def _works(*arguments: str) -> bool:
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0
