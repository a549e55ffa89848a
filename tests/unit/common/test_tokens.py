"""Tokens between services: what the gateway signed is believed, for a minute, by one service."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from common.clock import MovableClock
from common.errors import Unauthenticated
from common.tokens import Caller, TokenIssuer, TokenVerifier

ANN = UUID("01900000-0000-7000-8000-000000000001")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FOREIGN_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CLOCK = MovableClock()


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
ISSUER = TokenIssuer(private_pem(KEY), clock=CLOCK)
BILLING = TokenVerifier(PUBLIC_PEM, "billing", clock=CLOCK)


def good_claims() -> dict[str, object]:
    now = int(CLOCK.now().timestamp())
    return {"iss": "gateway", "aud": "billing", "jti": str(CLOCK.new_id()), "iat": now, "exp": now + 60}


def signed(claims: Mapping[str, object], *, key: object = KEY, algorithm: str = "EdDSA") -> str:
    return jwt.encode(dict(claims), key, algorithm=algorithm)  # pyright: ignore[reportArgumentType] # any key, wrong ones too


@given(
    user_id=st.none() | st.uuids(),
    roles=st.frozensets(st.text(max_size=12), max_size=3),
    reason=st.none() | st.text(max_size=60),
)
def test_a_service_learns_exactly_what_the_gateway_said(
    user_id: UUID | None, roles: frozenset[str], reason: str | None
) -> None:
    token = ISSUER.issue(user_id=user_id, audience="billing", roles=roles, reason=reason)
    assert BILLING.verify(token) == Caller(user_id=user_id, roles=roles, reason=reason)


def test_a_token_for_one_service_is_refused_by_another() -> None:
    token = ISSUER.issue(user_id=ANN, audience="privacy")
    with pytest.raises(Unauthenticated):
        BILLING.verify(token)


@pytest.mark.parametrize("seconds", [0, 59, 64])
def test_a_token_is_taken_for_a_minute_and_the_drift_of_clocks(seconds: int) -> None:
    clock = MovableClock(CLOCK.now().replace(microsecond=0))
    token = TokenIssuer(private_pem(KEY), clock=clock).issue(user_id=ANN, audience="billing")
    clock.advance(timedelta(seconds=seconds))
    assert TokenVerifier(PUBLIC_PEM, "billing", clock=clock).verify(token).user_id == ANN


@pytest.mark.parametrize("seconds", [-3600, -6, 65, 66, 3600])
def test_a_token_from_another_time_is_refused(seconds: int) -> None:
    clock = MovableClock(CLOCK.now().replace(microsecond=0))
    token = TokenIssuer(private_pem(KEY), clock=clock).issue(user_id=ANN, audience="billing")
    clock.advance(timedelta(seconds=seconds))
    with pytest.raises(Unauthenticated):
        TokenVerifier(PUBLIC_PEM, "billing", clock=clock).verify(token)


def test_a_token_made_by_hand_with_every_claim_is_taken() -> None:
    assert BILLING.verify(signed(good_claims())) == Caller(user_id=None)


@pytest.mark.parametrize("claim", ["iss", "aud", "jti", "iat", "exp"])
def test_a_token_that_lacks_a_claim_is_refused(claim: str) -> None:
    claims = good_claims()
    del claims[claim]
    with pytest.raises(Unauthenticated):
        BILLING.verify(signed(claims))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "billing"},
        {"aud": ["billing", "privacy"]},
        {"jti": "seven"},
        {"iat": 0},
        {"iat": -1},
        {"iat": True},
        {"exp": 2**53},
        {"exp": "9999999999"},
        {"exp": None},
        {"sub": "ann"},
        {"sub": 7},
        {"roles": "staff"},
        {"roles": [1]},
        {"reason": ["a"]},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_is_not_right_is_refused(claims: dict[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        BILLING.verify(signed(good_claims() | claims))


def test_a_token_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        BILLING.verify(signed(good_claims(), key=FOREIGN_KEY))


def test_a_token_without_a_signature_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        BILLING.verify(signed(good_claims(), key=None, algorithm="none"))


def test_the_public_key_does_not_serve_as_a_shared_secret() -> None:
    header = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = encoded(json.dumps(good_claims()).encode())
    forged = encoded(hmac.digest(PUBLIC_PEM.encode(), f"{header}.{body}".encode(), "sha256"))
    with pytest.raises(Unauthenticated):
        BILLING.verify(f"{header}.{body}.{forged}")


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@given(st.text(max_size=80) | st.builds(lambda *parts: ".".join(encoded(p) for p in parts), *[st.binary()] * 3))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        BILLING.verify(text)


@pytest.mark.parametrize(
    "header", [b"[" * 6000, b'{"a":' * 1200, b'{"alg":["EdDSA"]}', b'{"alg":"EdDSA","crit":["x"]}']
)
def test_a_malicious_header_is_refused(header: bytes) -> None:
    with pytest.raises(Unauthenticated):
        BILLING.verify(f"{encoded(header)}.{encoded(json.dumps(good_claims()).encode())}.{encoded(bytes(64))}")


@given(place=st.integers(min_value=0), letter=st.sampled_from("AZaz09-_."))
def test_a_token_with_any_letter_changed_is_refused(place: int, letter: str) -> None:
    token = ISSUER.issue(user_id=ANN, audience="billing")
    place %= len(token) - 1  # The last letter carries bits that no byte has.
    if token[place] == letter:
        letter = "Q" if letter != "Q" else "R"
    with pytest.raises(Unauthenticated):
        BILLING.verify(token[:place] + letter + token[place + 1 :])


def test_every_token_has_an_id_of_its_own() -> None:
    tokens = [ISSUER.issue(user_id=ANN, audience="billing") for _ in range(50)]
    ids = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}
    assert len(ids) == 50


def test_only_an_ed25519_key_signs_and_verifies() -> None:
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(TypeError, match="Ed25519"):
        TokenIssuer(private)
    with pytest.raises(TypeError, match="Ed25519"):
        TokenVerifier(public, "billing")


def test_while_the_gateway_changes_its_key_no_call_is_refused() -> None:
    """In the order of the runbook: the services learn the new key, the gateway uses it, the old one is forgotten."""
    old, new = ISSUER, TokenIssuer(private_pem(FOREIGN_KEY), clock=CLOCK)
    new_pem = FOREIGN_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    both = f"{PUBLIC_PEM}{new_pem}"
    steps = [(old, PUBLIC_PEM), (old, both), (new, both), (new, new_pem)]
    for issuer, known in steps:
        verifier = TokenVerifier(known, "billing", clock=CLOCK)
        assert verifier.verify(issuer.issue(user_id=ANN, audience="billing")).user_id == ANN
    with pytest.raises(Unauthenticated):
        TokenVerifier(new_pem, "billing", clock=CLOCK).verify(old.issue(user_id=ANN, audience="billing"))


@pytest.mark.parametrize("text", ["", "no key", f"{PUBLIC_PEM}no key-----END PUBLIC KEY-----"])
def test_a_text_that_is_no_key_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="PEM"):
        TokenVerifier(text, "billing")
