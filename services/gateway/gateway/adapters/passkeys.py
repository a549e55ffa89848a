"""Passkeys, through py_webauthn (W3C Web Authentication): what a device is asked, and whether its answer holds."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.domain.factors import NewPasskey, Passkey, PasskeyNotTaken, PasskeyRefused
from gateway.domain.people import Account

NAME = "Figurine Studio"
_SELECTION = AuthenticatorSelectionCriteria(
    # It knows by itself whose it is, and asks for a finger, a face or a code: two factors in one.
    resident_key=ResidentKeyRequirement.REQUIRED,
    user_verification=UserVerificationRequirement.REQUIRED,
)


class Passkeys:
    """Good for the studio's own address only: a page elsewhere gets no answer out of them."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._host = parts.hostname or ""

    def to_make(self, account: Account, known: Iterable[Passkey]) -> tuple[bytes, dict[str, Any]]:
        """The challenge, and what a browser needs for making a passkey that is none of these."""
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=NAME,
            user_id=account.id.bytes,
            user_name=account.email,
            user_display_name=account.name,
            authenticator_selection=_SELECTION,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in known],
        )
        return options.challenge, json.loads(webauthn.options_to_json(options))

    def made(self, credential: Mapping[str, Any], challenge: bytes) -> NewPasskey:
        """The passkey a browser says was made; raises PasskeyNotTaken."""
        try:
            verified = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        # What a stranger sends may break the parsers below in any way.
        except Exception as error:
            raise PasskeyNotTaken from error
        return NewPasskey(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
        )

    def to_use(self) -> tuple[bytes, dict[str, Any]]:
        """The challenge, and what a browser needs for signing in with whatever passkey it has."""
        options = webauthn.generate_authentication_options(
            rp_id=self._host, user_verification=UserVerificationRequirement.REQUIRED
        )
        return options.challenge, json.loads(webauthn.options_to_json(options))

    def id_of(self, credential: Mapping[str, Any]) -> bytes:
        """Which passkey has answered; raises PasskeyRefused."""
        try:
            return base64url_to_bytes(credential["rawId"])
        except Exception as error:
            raise PasskeyRefused from error

    def used(self, credential: Mapping[str, Any], challenge: bytes, passkey: Passkey) -> int:
        """How often the passkey was used, by its own count, if this is its answer. Raises PasskeyRefused.

        A count that does not grow is the sign of a copy.
        """
        try:
            owner = credential["response"].get("userHandle")
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
            its_owner = base64url_to_bytes(owner) == passkey.account_id.bytes
        except Exception as error:
            raise PasskeyRefused from error
        if not its_owner:
            raise PasskeyRefused
        return verified.new_sign_count
