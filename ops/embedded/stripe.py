"""The Stripe emulator in a stack without a key for Stripe: a new person can buy credits, and no money moves."""

import json
import sys
from collections.abc import Mapping

import urllib3

from ops.embedded import files
from ops.embedded.programs import Program
from ops.embedded.site import PROJECT, Site

_WEBHOOK = "/v1/payments/stripe/webhook"


class StripeEmulator:
    """The emulator of one stack; what is paid there stays between starts, and each page says what it is."""

    name = "stripe-emulator"

    def __init__(self, site: Site) -> None:
        self._site = site

    def programs(self) -> list[Program]:
        """The emulator, as a process of its own."""
        home, ports = self._site.home(self.name), self._site.ports
        options = {
            "--port": ports[self.name],
            "--public-url": self.address,
            "--webhook-url": f"https://localhost:{ports['gateway']}{_WEBHOOK}",
            "--webhook-ca": self._site.ca,
            "--secrets": home / "secrets.json",
            "--state": home / "state.json",
            "--tls-cert": home / "tls.crt",
            "--tls-key": home / "tls.key",
        }
        words = [str(word) for option in options.items() for word in option]
        command = (sys.executable, "-m", "ops.emulators.stripe", *words)
        return [Program(name=self.name, command=command, folder=PROJECT)]

    def prepare(self) -> None:
        """Make its certificate and write its secrets down."""
        self._site.identity(self.name)
        given = {"key": self._key, "webhook_secret": self._webhook_secret}
        files.write(self._site.home(self.name) / "secrets.json", json.dumps(given))

    def is_ready(self) -> bool:
        """Whether it answers billing, over TLS."""
        with urllib3.PoolManager(ca_certs=str(self._site.ca), retries=False, timeout=5) as http:
            try:
                headers = {"Authorization": f"Bearer {self._key}"}
                answer = http.request("GET", f"{self.address}/v1/products?limit=1", headers=headers)
            except urllib3.exceptions.HTTPError:
                return False
            return answer.status == 200

    def provision(self) -> None:
        """Nothing: it starts with all it needs."""

    def settings(self, service: str) -> Mapping[str, str]:
        """What billing is told, so that it finds the emulator where Stripe would be."""
        if service != "billing":
            return {}
        return {
            "FIGURINE_STRIPE_API_KEY": self._key,
            "FIGURINE_STRIPE_API_BASE": self.address,
            "FIGURINE_STRIPE_CA_FILE": str(self._site.ca),
            "FIGURINE_STRIPE_WEBHOOK_SECRET": self._webhook_secret,
        }

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"https://localhost:{self._site.ports[self.name]}"

    @property
    def _key(self) -> str:
        return f"sk_test_emulated_{self._site.secrets.password('stripe key')}"

    @property
    def _webhook_secret(self) -> str:
        return f"whsec_{self._site.secrets.password('stripe webhooks')}"
