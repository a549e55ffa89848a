"""What each service is told: its settings, as environment variables in a file a shell can read."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path

from ops.embedded import files
from ops.embedded.emulators import Emulator
from ops.embedded.mail import Mail
from ops.embedded.postgres import Postgres
from ops.embedded.rabbitmq import RabbitMQ
from ops.embedded.seaweedfs import SeaweedFS
from ops.embedded.site import Site
from ops.services import BUCKETS_OF, CANARY, SERVICES, SIGNERS

# What the other services answer the gateway; it calls them, they never call it.
_CALLED = tuple(service for service in SERVICES if service != "gateway")
# Who seals and who opens what people give and get.
_SEALERS = frozenset({"gateway", "generation", "billing", "privacy"})
_PHOTOGRAPHERS = frozenset({"gateway", "generation"})
# Nobody's bank account: a number from IBAN textbooks, so that paying by invoice can be tried.
_TEST_SELLER = {
    "FIGURINE_SELLER_NAME": "Figurine Studio (test mode)",
    "FIGURINE_SELLER_ADDRESS": "Nowhere Street 1 | 12345 Nowhere",
    "FIGURINE_BANK_HOLDER": "Test mode: do not transfer anything",
    "FIGURINE_BANK_IBAN": "GB33 BUKB 2020 1555 5555 55",
}
_TOKENS = "gateway tokens"
AUDIT_KEY = "audit tokens"


class Environments:
    """The environments of the five services of one stack."""

    def __init__(
        self,
        site: Site,
        postgres: Postgres,
        rabbitmq: RabbitMQ,
        seaweedfs: SeaweedFS,
        mail: Mail,
        *,
        emulators: Mapping[str, Emulator],
        more: Mapping[str, str],
    ) -> None:
        self._site = site
        self._postgres = postgres
        self._rabbitmq = rabbitmq
        self._seaweedfs = seaweedfs
        self._mail = mail
        self._emulators = emulators
        self._more = more

    def write(self) -> None:
        """Write the file of everybody. Only once the ports are chosen."""
        for service in SERVICES:
            self.put(service, self.of(service))
        self.put(CANARY, self.of_canary())

    def put(self, name: str, environment: Mapping[str, str]) -> None:
        """Write one file; who runs already reads it when it starts again."""
        lines = [f"{variable}={shlex.quote(value)}\n" for variable, value in environment.items()]
        files.write(self.file(name), "".join(lines))

    def file(self, name: str) -> Path:
        """Where somebody's environment is: `set -a; . FILE` gives a shell the same."""
        return self._site.environments / f"{name}.env"

    def of(self, service: str) -> dict[str, str]:
        """Every variable of one service."""
        own = {**self._shared(service), **self._store(service), **self._keys(service), **self._calls(service)}
        own |= _TEST_SELLER if service == "billing" else {}
        for emulator in self._emulators.values():
            own.update(emulator.settings(service))
        return {**own, **self._more}

    def of_canary(self) -> dict[str, str]:
        """What the canary is told: where the public door is, and how to say what she found."""
        return {
            "FIGURINE_PUBLIC_URL": self.address("gateway"),
            "FIGURINE_BROKER_URL": self._rabbitmq.url(CANARY),
            "FIGURINE_CA_FILE": str(self._site.ca),
            "FIGURINE_RECEIPT_PRIVATE_KEY": self._site.secrets.signing_key(f"{CANARY} receipts"),
            "FIGURINE_CANARY_MEMORY": str(self._site.run / "canary.json"),
            **self._more,
        }

    def address(self, name: str) -> str:
        """The HTTPS address of a port."""
        return f"https://localhost:{self._site.ports[name]}"

    def _shared(self, service: str) -> dict[str, str]:
        own = self._site.identity(service)
        return {
            "FIGURINE_MODE": "local",
            "FIGURINE_DATABASE_URL": self._postgres.url(service),
            "FIGURINE_PROBE_DATABASE_URL": self._postgres.url(f"{service}_probe"),
            "FIGURINE_BROKER_URL": self._rabbitmq.url(service),
            "FIGURINE_CA_FILE": str(self._site.ca),
            "FIGURINE_BIND": self._bind(service),
            "FIGURINE_METRICS_BIND": self._bind(f"{service}-metrics"),
            "FIGURINE_WORKER_METRICS_BIND": self._bind(f"{service}-worker-metrics"),
            "FIGURINE_TLS_CERT": str(own.certificate),
            "FIGURINE_TLS_KEY": str(own.key),
            "FIGURINE_TOKEN_PUBLIC_KEY": self._site.secrets.verification_key(_TOKENS),
        }

    def _store(self, service: str) -> dict[str, str]:
        if service not in BUCKETS_OF:
            return {}
        return {
            "FIGURINE_S3_ENDPOINT": self._seaweedfs.endpoint,
            "FIGURINE_S3_ACCESS_KEY": service,
            "FIGURINE_S3_SECRET_KEY": self._seaweedfs.secret_key(service),
        }

    def _keys(self, service: str) -> dict[str, str]:
        key = self._site.secrets.key
        keys = self._rights(service)
        if service in _SEALERS:
            keys["FIGURINE_SEALING_KEYS"] = f"1:{key(f'{service} sealing')}"
        if service in _PHOTOGRAPHERS:
            keys["FIGURINE_UPLOAD_KEYS"] = f"1:{key('uploads')}"
        if service == "gateway":
            keys["FIGURINE_TOKEN_PRIVATE_KEY"] = self._site.secrets.signing_key(_TOKENS)
        if service == "generation":
            chain, signing_key = self._site.signature(service)
            keys["FIGURINE_PROVENANCE_CERT"], keys["FIGURINE_PROVENANCE_KEY"] = str(chain), str(signing_key)
        own = {"gateway": "BLIND_INDEX", "billing": "CODE", "analytics": "PSEUDONYM"}
        if service in own:
            keys[f"FIGURINE_{own[service]}_KEY"] = key(f"{service} {own[service].lower()}")
        return keys

    def _rights(self, service: str) -> dict[str, str]:
        """What parts of archives are sealed with, who left is known by, and receipts are signed and checked with."""
        secrets = self._site.secrets
        keys = {
            "FIGURINE_EXPORT_KEYS": f"1:{secrets.key('exports')}",
            "FIGURINE_FENCE_KEY": secrets.key(f"{service} fence"),
            "FIGURINE_RECEIPT_PRIVATE_KEY": secrets.signing_key(f"{service} receipts"),
        }
        if service == "privacy":
            keys["FIGURINE_AUDIT_PUBLIC_KEY"] = secrets.verification_key(AUDIT_KEY)
            keys["FIGURINE_RECEIPT_PUBLIC_KEYS"] = json.dumps(secrets.verification_keys("receipts", SIGNERS))
        return keys

    def _calls(self, service: str) -> Mapping[str, str]:
        if service != "gateway":
            return {}
        return {
            "FIGURINE_PUBLIC_URL": self.address("gateway"),
            "FIGURINE_SMTP_URL": self._mail.url(),
            "FIGURINE_OPERATOR_EMAIL": "operators@localhost",
            # Whoever uses it here comes from one address.
            "FIGURINE_REQUESTS_PER_ADDRESS": "60000",
            **{f"FIGURINE_{called.upper()}_URL": self.address(called) for called in _CALLED},
        }

    def _bind(self, port: str) -> str:
        return f"127.0.0.1:{self._site.ports[port]}"
