"""A certificate authority of the stack's own, and a certificate for each of its parts."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import trustme

from ops import signing_certificate
from ops.embedded import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The files with which one server proves that it is `localhost`."""

    certificate: Path
    key: Path
    ca: Path


class Authority:
    """Issues certificates for localhost; trusted by this stack and nobody else."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._lock = Lock()
        with files.alone(key.with_suffix(".lock")):
            if not key.exists():
                fresh = trustme.CA(organization_name="Figurine studio on this machine")
                files.write(certificate, fresh.cert_pem.bytes().decode(), mode=0o644)
                files.write(key, fresh.private_key_pem.bytes().decode())
        self._certificate, self._key = certificate, key
        self._ca = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())

    def identity(self, folder: Path) -> Identity:
        """The identity kept in the folder; issued if there is none from this authority."""
        identity = Identity(certificate=folder / "tls.crt", key=folder / "tls.key", ca=folder / "ca.pem")
        authority = self._certificate.read_text()
        if not (identity.ca.exists() and identity.ca.read_text() == authority):
            with self._lock:
                issued = self._ca.issue_cert("localhost", "127.0.0.1")
            files.write(identity.key, issued.private_key_pem.bytes().decode())
            chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
            files.write(identity.certificate, chain.decode(), mode=0o644)
            files.write(identity.ca, authority, mode=0o644)
        return identity

    def signature(self, folder: Path) -> tuple[Path, Path]:
        """Certificate chain and key for signing pictures, kept in the folder; issued if none is from this authority."""
        chain, key = folder / "provenance.crt", folder / "provenance.key"
        authority = self._certificate.read_text()
        # The key is written first: a chain that stands has its key.
        if not (chain.exists() and chain.read_text().endswith(authority)):
            issued, issued_key = signing_certificate.issue(authority.encode(), self._key.read_bytes())
            files.write(key, issued_key)
            files.write(chain, issued, mode=0o644)
        return chain, key
