"""Somebody's terminal."""

import signal
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from figurine_client.command.app import app
from tests.fakes.door import Door


class Terminal:
    """Somebody's terminal, with folders of her own."""

    def __init__(self, door: Door, home: Path) -> None:
        self.home, self.photo = home, home / "me.jpg"
        self.photo.write_bytes(b"a photo")
        self.credentials = home / "config" / "figurine" / "credentials.json"
        self.orders = home / "state" / "figurine" / "orders"
        folders = {"XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
        self.variables = {**folders, "FIGURINE_URL": door.url, "FIGURINE_API_KEY": "fig_x", "COLUMNS": "200"}

    def run(self, *arguments: object, typed: str = "", **variables: str | None) -> Result:
        return CliRunner().invoke(
            app, [str(each) for each in arguments], input=typed, env={**self.variables, **variables}
        )

    def make(self, *arguments: object) -> Result:
        return self.run("make", self.photo, "--style", "clay", *arguments)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """The command as a process of its own, which heeds Ctrl-C also where whoever runs the tests does not."""
        # Shells let what they start in the background ignore it, and processes hand that on.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "figurine_client.command", *map(str, arguments)],
                env=self.variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, before or signal.SIG_DFL)
