"""Codes of an authenticator app, through pyotp (RFC 6238), and the picture from which the app learns its secret."""

import hmac
from datetime import datetime

import pyotp
import segno
from pyotp.totp import TOTP

ISSUER = "Figurine Studio"
# A clock that goes wrong by half a minute is taken.
_DRIFT = (0, -1, 1)


class TotpCodes:
    """Six digits for each half minute."""

    def new_secret(self) -> str:
        """A fresh secret: 160 random bits, in base32."""
        return pyotp.random_base32()

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """Of which half minute, counted from 1970, this is the code; None if of none around now."""
        totp = TOTP(secret)
        step = int(now.timestamp()) // totp.interval
        given = code.encode()
        fitting = [step + off for off in _DRIFT if hmac.compare_digest(totp.generate_otp(step + off).encode(), given)]
        return fitting[0] if fitting else None

    def address(self, secret: str, email: str) -> str:
        """The address that an authenticator app opens."""
        return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)

    def picture(self, address: str) -> str:
        """The same as a QR code, in SVG without any style, so that every page may show it."""
        code = segno.make_qr(address, error="m")
        return code.svg_inline(
            scale=4, border=4, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
        )
