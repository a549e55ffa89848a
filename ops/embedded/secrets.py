"""The secrets of one stack: made when first asked for, kept in a file only its owner reads."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ops.embedded import files

_KEY_BYTES = 32


class Secrets:
    """Named secrets that survive restarts: data sealed yesterday must open today."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = self._read()

    def password(self, name: str) -> str:
        """48 hexadecimal digits: safe in every URL and configuration file."""
        return self._keep(f"password {name}", lambda: secrets.token_hex(24))

    def hex_key(self, name: str) -> str:
        """32 bytes, in hexadecimal."""
        return self._keep(f"key {name}", lambda: secrets.token_hex(_KEY_BYTES))

    def key(self, name: str) -> str:
        """32 bytes, in base64."""
        return self._keep(f"key {name}", lambda: base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())

    def signing_key(self, name: str) -> str:
        """An Ed25519 private key, as PKCS #8 PEM."""
        return self._keep(f"signing key {name}", new_signing_key)

    def verification_key(self, name: str) -> str:
        """The public half of a signing key, as PEM."""
        private = load_pem_private_key(self.signing_key(name).encode(), password=None)
        return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def verification_keys(self, use: str, services: Iterable[str]) -> dict[str, str]:
        """The public halves of every service's key for one use."""
        return {service: self.verification_key(f"{service} {use}") for service in services}

    def values(self) -> list[str]:
        """Every secret there is, to look for where none should be."""
        return list(self._read().values())

    def _keep(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._kept:
            with files.alone(self._path.with_suffix(".lock")):
                # Another process may have made it meanwhile, and given it to a server.
                self._kept = self._read()
                if name not in self._kept:
                    self._kept = {**self._kept, name: make()}
                    files.write(self._path, json.dumps(self._kept, indent=1))
        return self._kept[name]

    def _read(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}


def new_signing_key() -> str:
    """An Ed25519 private key, as PKCS #8 PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
