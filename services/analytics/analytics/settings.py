"""Analytics' settings; the only reader of its environment."""

from base64 import b64decode
from binascii import Error
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from analytics.domain.money import read_costs
from analytics.domain.noise import Budget
from common.settings import StoreSettings

KEY_BYTES = 32


def _checked(key: SecretStr) -> SecretStr:
    _key_bytes(key)
    return key


def _costs(text: str) -> str:
    read_costs(text)
    return text


def _epsilon(text: str) -> str:
    Budget.parse(text)
    return text


class Settings(StoreSettings):
    """Read from FIGURINE_… variables."""

    # What pseudonyms are made with, as base64 of 32 random bytes. Another key starts everybody's usage afresh.
    pseudonym_key: Annotated[SecretStr, AfterValidator(_checked)]

    # What a picture of each engine costs the studio, for the reports on margin.
    picture_costs: Annotated[str, AfterValidator(_costs)] = ""
    # How much of one person may show in the numbers that are published of a month; `off` publishes them without noise.
    published_epsilon: Annotated[str, AfterValidator(_epsilon)] = "1"

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
