"""Whether a certificate may sign pictures (C2PA 2.2, section 14.5: certificate profile)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

E = TypeVar("E", bound=x509.ExtensionType)
_USES = {
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    # c2pa-kp-claimSigning, of C2PA's own trust list
    x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),
}


class Unfit(Exception):
    """A certificate or key that no signature would be believed of; the message says why."""


def checked(chain_pem: bytes, key_pem: bytes, *, now: datetime) -> str:
    """The last certificate of the chain, in PEM: whose signature the leaf has. Raises Unfit."""
    try:
        chain = x509.load_pem_x509_certificates(chain_pem)
        public = load_pem_private_key(key_pem, password=None).public_key()
    except (ValueError, TypeError) as error:
        raise Unfit("the certificates and the key must be PEM, the key without a password") from error
    leaf, *above = chain
    if not above:
        raise Unfit("the file needs the leaf and, after it, the authority that issued it")
    own = leaf.public_key()
    if not isinstance(own, EllipticCurvePublicKey) or not isinstance(own.curve, SECP256R1):
        raise Unfit("the leaf's key must be an elliptic curve key on P-256, for ES256")
    if _bytes(own) != _bytes(public):  # pyright: ignore[reportArgumentType] - any public key has them
        raise Unfit("the key is not the leaf's")
    _check_extensions(leaf)
    _check_issue(chain, now)
    return above[-1].public_bytes(Encoding.PEM).decode()


def _check_extensions(leaf: x509.Certificate) -> None:
    if (basic := _extension(leaf, x509.BasicConstraints)) and basic.ca:
        raise Unfit("the leaf is itself an authority; signatures need a leaf that is none")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise Unfit("the leaf lacks the key usage digitalSignature")
    uses = _extension(leaf, x509.ExtendedKeyUsage)
    if uses is None or not _USES & set(uses):
        raise Unfit("the leaf lacks the extended key usage emailProtection")
    if _extension(leaf, x509.SubjectKeyIdentifier) is None or _extension(leaf, x509.AuthorityKeyIdentifier) is None:
        raise Unfit("the leaf lacks a subject key identifier or an authority key identifier")


def _check_issue(chain: Sequence[x509.Certificate], now: datetime) -> None:
    leaf = chain[0]
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        message = f"the leaf is valid from {leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        raise Unfit(message)
    try:
        for issued, issuer in pairwise(chain):
            issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Unfit("a certificate was not issued by the one that follows it in the file") from error


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _bytes(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
