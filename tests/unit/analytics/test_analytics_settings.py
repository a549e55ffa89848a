"""Analytics does not start with a key that is none."""

from base64 import b64encode

import pytest
from pydantic import ValidationError

from analytics.settings import Settings

KEY = b64encode(bytes(range(32))).decode()


def settings(key: str) -> Settings:
    return Settings.model_validate(
        {
            "mode": "local",
            "database_url": "postgresql://localhost/studio",
            "broker_url": "amqp://localhost/studio",
            "token_public_key": "none",
            "pseudonym_key": key,
        }
    )


def test_the_key_is_read_from_base64() -> None:
    assert settings(KEY).pseudonym_key_bytes == bytes(range(32))


@pytest.mark.parametrize("key", ["", "not base64!", b64encode(bytes(31)).decode()])
def test_a_key_that_is_not_32_bytes_of_base64_stops_the_start_and_is_not_repeated(key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(key)
    assert "pseudonym_key" in str(refused.value)
    assert not key or key not in str(refused.value)
