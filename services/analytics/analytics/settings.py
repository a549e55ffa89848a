"""Analytics' settings; the only reader of its environment."""

from base64 import b64decode
from binascii import Error
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from common.settings import StoreSettings

KEY_BYTES = 32


def _checked(key: SecretStr) -> SecretStr:
    _key_bytes(key)
    return key


class Settings(StoreSettings):
    """Read from FIGURINE_… variables."""

    # What pseudonyms are made with, as base64 of 32 random bytes. Another key starts everybody's usage afresh.
    pseudonym_key: Annotated[SecretStr, AfterValidator(_checked)]

    @property
    def pseudonym_key_bytes(self) -> bytes:
        """The key itself."""
        return _key_bytes(self.pseudonym_key)


def _key_bytes(key: SecretStr) -> bytes:
    try:
        decoded = b64decode(key.get_secret_value(), validate=True)
    except Error:
        raise ValueError("the key is not base64") from None
    if len(decoded) != KEY_BYTES:
        raise ValueError("the key needs to be 32 bytes")
    return decoded
