"""Look-up of sealed text: equal values have equal indexes."""

import hmac
import unicodedata

MINIMUM_KEY_BYTES = 32


def blind_index(key: bytes, value: str) -> bytes:
    """The HMAC-SHA-256 by which a sealed text is found; 32 bytes.

    Spaces around it, upper and lower case and compatible letters (NFKC) make no difference, and
    without the key nothing about the text can be told. Raises ValueError for a key of fewer than
    32 bytes.
    """
    if len(key) < MINIMUM_KEY_BYTES:
        raise ValueError(f"a blind index needs a key of at least {MINIMUM_KEY_BYTES} bytes")
    return hmac.digest(key, _canonical(value).encode(), "sha256")


def _canonical(value: str) -> str:
    # Case folding can leave what NFKC would still change (Unicode 3.13, D146).
    folded = unicodedata.normalize("NFKC", value).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip()
