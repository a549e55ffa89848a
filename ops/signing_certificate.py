"""The certificate that pictures are signed with (C2PA), from the deployment's own authority.

Not by trustme: the extensions that C2PA asks for are none of a server's.
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "Figurine studio"


def issue(authority_pem: bytes, authority_key_pem: bytes) -> tuple[str, str]:
    """A new chain (leaf, then the authority) and its key, in PEM.

    Valid as long as the authority: without a time stamp a signature ends with its certificate.
    """
    authority = x509.load_pem_x509_certificate(authority_pem)
    signer = load_pem_private_key(authority_key_pem, password=None)
    if not isinstance(signer, CertificateIssuerPrivateKeyTypes):
        message = "the authority's key cannot issue certificates"
        raise TypeError(message)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _unsigned(authority, key.public_key()).sign(signer, hashes.SHA256())
    chain = leaf.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
    return chain.decode(), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _unsigned(authority: x509.Certificate, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    # c2pa-rs shows the organization as the issuer of a signature.
    subject = x509.Name([x509.NameAttribute(kind, NAME) for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(authority.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_only_signatures(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )


def _only_signatures() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
