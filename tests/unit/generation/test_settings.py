"""Generation refuses to start with a key that would give people's photos away."""

import pytest
from pydantic import SecretStr, ValidationError

from common.settings import explain
from generation.settings import Settings

KEY = "a-key-that-is-long-enough"


def settings(**changes: object) -> Settings:
    plain: dict[str, object] = {
        "mode": "local",
        "database_url": SecretStr("postgresql://u:long-enough-password@h/d?sslmode=verify-full"),
        "broker_url": SecretStr("amqps://u:long-enough-password@h/v"),
        "tls_cert": "cert.pem",
        "tls_key": "key.pem",
        "token_public_key": "key",
        "s3_endpoint": "https://localhost",
        "s3_access_key": "access",
        "s3_secret_key": SecretStr("the-studio-writes-here"),
        "sealing_keys": SecretStr("1:abcdefghijklmnop"),
        "upload_keys": SecretStr("1:abcdefghijklmnop"),
        "provenance_cert": "provenance.crt",
        "provenance_key": "provenance.key",
        "export_keys": SecretStr("1:abcdefghijklmnop"),
        "fence_key": SecretStr("abcdefghijklmnop"),
        "receipt_private_key": SecretStr("abcdefghijklmnop"),
    }
    return Settings.model_validate(plain | changes)


def refusal(**changes: object) -> str:
    with pytest.raises(ValidationError) as refused:
        settings(**changes)
    return explain(refused.value)


def test_without_a_key_nothing_has_to_be_declared() -> None:
    assert settings(mode="production").gemini_api_key is None


@pytest.mark.parametrize("mode", ["local", "production"])
def test_a_key_needs_its_tier(mode: str) -> None:
    said = refusal(mode=mode, gemini_api_key=KEY)
    assert "FIGURINE_GEMINI_KEY_TIER is needed" in said
    assert KEY not in said


def test_an_unpaid_key_is_for_trying_out_only() -> None:
    assert settings(gemini_api_key=KEY, gemini_key_tier="unpaid").gemini_key_tier == "unpaid"
    said = refusal(mode="production", gemini_api_key=KEY, gemini_key_tier="unpaid")
    assert "train its models" in said
    assert "Use a key of a project with billing" in said
    assert settings(mode="production", gemini_api_key=KEY, gemini_key_tier="paid").gemini_key_tier == "paid"


def test_photos_go_to_no_address_in_the_clear() -> None:
    assert settings(gemini_base_url="http://localhost:1").gemini_base_url == "http://localhost:1"
    assert "FIGURINE_GEMINI_BASE_URL needs https://" in refusal(mode="production", gemini_base_url="http://gemini")
    assert settings(mode="production", gemini_base_url="https://gemini").gemini_base_url == "https://gemini"


def test_models_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().gemini_models[0] == "gemini-2.5-flash-image"
    monkeypatch.setenv("FIGURINE_GEMINI_MODELS", "one, two,")
    assert settings().gemini_models == ("one", "two")
    monkeypatch.setenv("FIGURINE_GEMINI_MODELS", ",")
    assert "FIGURINE_GEMINI_MODELS" in refusal()
