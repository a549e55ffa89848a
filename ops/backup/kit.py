"""Two halves of one thing: the studio locks backups and signs them, the recovery kit opens and checks them.

The studio's half (`backup.json` in the stack's folder) holds a public key and a key to sign with: whoever takes the
machine over opens no backup with it. The kit is a file that belongs somewhere else; without it no backup opens.
Locking is HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), signing is Ed25519 (RFC 8032).
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ops.backup.failures import BackupFailed
from ops.embedded import files

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Locker:
    """The studio's half: locks keys of archives, and signs."""

    public: bytes
    signing: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Locker":
        """From its file. Raises BackupFailed where there is none."""
        held = _read(path, "There is no recovery kit for this studio yet: make one with `python -m ops.backup kit`.")
        return cls(public=_bytes(held["public"]), signing=_bytes(held["signing"]))

    def lock(self, key: bytes, *, purpose: str) -> bytes:
        """A key that only the kit unlocks, and for this purpose only."""
        return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(self.public), info=purpose.encode())

    def sign(self, text: bytes) -> bytes:
        """The studio's signature."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(text)

    @property
    def signer(self) -> bytes:
        """What its signatures are checked with."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The other half, kept elsewhere: unlocks, and knows who signs."""

    private: bytes = field(repr=False)
    signer: bytes

    @classmethod
    def read(cls, path: Path) -> "Kit":
        """From its file. Raises BackupFailed."""
        held = _read(path, f"The recovery kit {path} is not there: bring it from where you keep it.")
        try:
            return cls(private=_bytes(held["private"]), signer=_bytes(held["signer"]))
        except KeyError:
            raise BackupFailed(f"{path} is no recovery kit.") from None

    def unlock(self, locked: bytes, *, purpose: str) -> bytes:
        """The key again. Raises BackupFailed where it was locked for another kit or purpose."""
        try:
            return _SUITE.decrypt(locked, X25519PrivateKey.from_private_bytes(self.private), info=purpose.encode())
        except (InvalidTag, ValueError):
            raise BackupFailed("This recovery kit does not open this backup: it is another studio's.") from None


def make(studio: Path, kit: Path) -> None:
    """A new pair. Raises BackupFailed where either is there: what was locked for the old kit would be lost."""
    for path in (studio, kit):
        if path.exists():
            raise BackupFailed(f"{path} is there already. Remove it only if no backup needs it any more.")
    private, signing = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signer = signing.public_key().public_bytes_raw()
    # The kit first: a studio that locks for a kit nobody has makes backups that never open.
    _write(kit, private=private.private_bytes_raw(), signer=signer)
    _write(studio, public=private.public_key().public_bytes_raw(), signing=signing.private_bytes_raw())


def check(signer: bytes, text: bytes, signature: bytes) -> None:
    """Raises BackupFailed for a text that this studio did not sign."""
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, text)
    except (InvalidSignature, ValueError):
        raise BackupFailed("The signature is wrong: this was changed, or another studio made it.") from None


def _write(path: Path, **held: bytes) -> None:
    text = {"format": _FORMAT, **{name: base64.b64encode(value).decode() for name, value in held.items()}}
    files.write(path, json.dumps(text, indent=1) + "\n")


def _read(path: Path, missing: str) -> dict[str, Any]:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise BackupFailed(missing) from None
    except ValueError:
        raise BackupFailed(f"{path} is damaged.") from None


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
