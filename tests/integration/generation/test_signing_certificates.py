"""A certificate that nobody would believe is refused before a picture is signed with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import SecretStr

from common.settings import SettingsRefused
from generation.adapters.finishing import Signatures, Unfit
from generation.settings import Settings
from generation.wiring import build
from tests.fakes.engine import FakeEngine
from tests.fixtures.signing import flawed, issue

NOW = datetime(2026, 11, 26, tzinfo=UTC)
DAY = timedelta(days=1)

FLAWS = {
    "itself an authority": {x509.BasicConstraints: x509.BasicConstraints(ca=True, path_length=None)},
    "key usage digitalSignature": {x509.KeyUsage: None},
    "extended key usage emailProtection": {
        x509.ExtendedKeyUsage: x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    },
    "authority key identifier": {x509.AuthorityKeyIdentifier: None},
    "subject key identifier": {x509.SubjectKeyIdentifier: None},
}


def signatures(chain: bytes, key: bytes, now: datetime = NOW) -> Signatures:
    return Signatures(chain=chain, key=key, now=now)


def test_the_certificate_the_stack_issues_may_sign(authority: trustme.CA):
    assert signatures(*issue(authority)).authority == authority.cert_pem.bytes().decode()


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_leaf_without_what_c2pa_asks_for_is_refused_with_the_reason(authority: trustme.CA, flaw: str):
    with pytest.raises(Unfit, match=flaw):
        signatures(*flawed(authority, instead=FLAWS[flaw]))


@pytest.mark.parametrize(("begins", "ends"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)])
def test_a_leaf_outside_its_time_is_refused(authority: trustme.CA, begins: timedelta, ends: timedelta):
    with pytest.raises(Unfit, match="valid from 2026-11-2"):
        signatures(*flawed(authority, valid=(NOW + begins, NOW + ends)))


def test_only_a_key_that_es256_takes_is_taken(authority: trustme.CA):
    for key in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(Unfit, match="P-256"):
            signatures(*flawed(authority, key=key))


def test_a_key_of_another_leaf_is_refused(authority: trustme.CA):
    with pytest.raises(Unfit, match="not the leaf's"):
        signatures(issue(authority)[0], issue(authority)[1])


def test_a_leaf_of_another_authority_is_refused(authority: trustme.CA):
    chain, key = issue(authority)
    leaf = chain.split(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
    with pytest.raises(Unfit, match="not issued by the one that follows"):
        signatures(leaf + trustme.CA().cert_pem.bytes(), key)
    with pytest.raises(Unfit, match="and, after it, the authority"):
        signatures(leaf, key)


def test_what_is_no_certificate_or_no_open_key_is_refused(authority: trustme.CA):
    chain, key = issue(authority)
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    for pair in ((b"", key), (chain, b"no key"), (chain, locked)):
        with pytest.raises(Unfit, match="must be PEM"):
            signatures(*pair)


def test_generation_does_not_start_with_a_certificate_that_may_not_sign(authority: trustme.CA, tmp_path: Path):
    chain, key = flawed(authority, instead=FLAWS["extended key usage emailProtection"])
    (tmp_path / "leaf.pem").write_bytes(chain)
    (tmp_path / "leaf.key").write_bytes(key)
    settings = Settings(
        mode="local",
        database_url=SecretStr("postgresql://localhost/unused"),
        broker_url=SecretStr("amqp://localhost/unused"),
        token_public_key="unused",
        s3_endpoint="https://localhost:1",
        s3_access_key="unused",
        s3_secret_key=SecretStr("unused"),
        sealing_keys=SecretStr(f"1:{'A' * 43}="),
        upload_keys=SecretStr(f"1:{'A' * 43}="),
        provenance_cert=tmp_path / "leaf.pem",
        provenance_key=tmp_path / "leaf.key",
    )
    with pytest.raises(SettingsRefused, match=r"PROVENANCE_CERT .* lacks the extended key usage emailProtection"):
        build(settings, engine=FakeEngine())
    (tmp_path / "leaf.pem").unlink()
    with pytest.raises(SettingsRefused, match=r"No such file or directory: .*leaf\.pem"):
        build(settings, engine=FakeEngine())
