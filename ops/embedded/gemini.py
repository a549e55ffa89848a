"""The Gemini emulator in a stack that asked for it: nothing goes to Google, and nothing comes from there."""

import sys
from collections.abc import Mapping

import urllib3

from ops.embedded.programs import Program
from ops.embedded.site import PROJECT, Site
from ops.emulators.gemini import DEFAULT_KEY


class GeminiEmulator:
    """The emulator of one stack; its pictures carry a band that says what they are."""

    name = "gemini-emulator"

    def __init__(self, site: Site) -> None:
        self._site = site

    def programs(self) -> list[Program]:
        """The emulator, as a process of its own."""
        home = self._site.home(self.name)
        options = ("--port", str(self._port), "--tls-cert", str(home / "tls.crt"), "--tls-key", str(home / "tls.key"))
        command = (sys.executable, "-m", "ops.emulators.gemini", *options)
        return [Program(name=self.name, command=command, folder=PROJECT)]

    def prepare(self) -> None:
        """Make its certificate."""
        self._site.identity(self.name)

    def is_ready(self) -> bool:
        """Whether it lists its models, over TLS."""
        with urllib3.PoolManager(ca_certs=str(self._site.ca), retries=False, timeout=5) as http:
            try:
                answer = http.request("GET", f"{self.address}/v1/models", headers={"x-goog-api-key": DEFAULT_KEY})
            except urllib3.exceptions.HTTPError:
                return False
            return answer.status == 200

    def provision(self) -> None:
        """Nothing: it starts with all it needs."""

    def settings(self, service: str) -> Mapping[str, str]:
        """What generation is told, so that it finds the emulator where Google would be."""
        if service != "generation":
            return {}
        return {
            "FIGURINE_GEMINI_API_KEY": DEFAULT_KEY,
            # Nobody pays for it. Outside local mode such a key is refused, and with it the emulator.
            "FIGURINE_GEMINI_KEY_TIER": "unpaid",
            "FIGURINE_GEMINI_BASE_URL": self.address,
        }

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"https://localhost:{self._port}"

    @property
    def _port(self) -> int:
        return self._site.ports[self.name]
