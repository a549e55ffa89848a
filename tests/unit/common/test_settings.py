"""Settings are complete and fit to start with, or the process says everything that is wrong."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from common.settings import Secret, ServiceSettings, SettingsRefused, is_default, load

GOOD = {
    "FIGURINE_MODE": "local",
    "FIGURINE_DATABASE_URL": "postgresql://toy:q8Zr1nV0pLw2@localhost/figurine",
    "FIGURINE_BROKER_URL": "amqp://toy:q8Zr1nV0pLw2@localhost/figurine",
    "FIGURINE_TOKEN_PUBLIC_KEY": "-----BEGIN PUBLIC KEY-----",
    "FIGURINE_WEBHOOK_SECRET": "c0ffee1234567890",
}


class ToySettings(ServiceSettings):
    webhook_secret: Secret


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refusal() -> str:
    with pytest.raises(SettingsRefused) as refused:
        load(ToySettings)
    return str(refused.value)


def in_production(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("FIGURINE_MODE", "production")
    environment.setenv("FIGURINE_DATABASE_URL", "postgresql://toy:q8Zr1nV0pLw2@db/figurine?sslmode=verify-full")
    environment.setenv("FIGURINE_BROKER_URL", "amqps://toy:q8Zr1nV0pLw2@broker/figurine")
    environment.setenv("FIGURINE_TLS_CERT", str(tmp_path / "cert.pem"))
    environment.setenv("FIGURINE_TLS_KEY", str(tmp_path / "key.pem"))


@pytest.mark.usefixtures("environment")
def test_what_the_environment_says_is_read() -> None:
    settings = load(ToySettings)
    assert settings.webhook_secret.get_secret_value() == "c0ffee1234567890"
    assert settings.web_workers == 1


def test_every_missing_setting_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in ("FIGURINE_DATABASE_URL", "FIGURINE_BROKER_URL"):
        environment.delenv(name)
    environment.setenv("FIGURINE_WEBHOOK_SECRET", "")
    assert refusal().splitlines() == [
        "FIGURINE_BROKER_URL is missing",
        "FIGURINE_DATABASE_URL is missing",
        "FIGURINE_WEBHOOK_SECRET is missing",
    ]


def test_no_value_is_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIGURINE_WEBHOOK_SECRET", "tooshort")
    environment.setenv("FIGURINE_WEB_WORKERS", "hush-hush")
    told = refusal()
    assert "FIGURINE_WEBHOOK_SECRET: " in told
    assert "FIGURINE_WEB_WORKERS: " in told
    assert "tooshort" not in told
    assert "hush-hush" not in told


def test_a_file_of_the_secrets_directory_is_a_setting(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("FIGURINE_WEBHOOK_SECRET")
    environment.setenv("FIGURINE_SECRETS_DIR", str(tmp_path))
    (tmp_path / "FIGURINE_WEBHOOK_SECRET").write_text("from-a-file-0123456789\n")
    assert load(ToySettings).webhook_secret == SecretStr("from-a-file-0123456789")


def test_a_secrets_directory_that_is_not_there_is_refused(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("FIGURINE_SECRETS_DIR", str(tmp_path / "gone"))
    assert refusal() == "FIGURINE_SECRETS_DIR is not a directory"


def test_production_starts_when_everything_is_encrypted(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_production(environment, tmp_path)
    assert load(ToySettings).mode == "production"


def test_production_refuses_whatever_travels_in_the_clear(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIGURINE_MODE", "production")
    environment.setenv("FIGURINE_MIGRATION_DATABASE_URL", "postgresql://toy_owner:q8Zr1nV0pLw2@db/figurine")
    environment.setenv("FIGURINE_OTLP_ENDPOINT", "http://collector:4318")
    assert refusal().splitlines() == [
        "FIGURINE_DATABASE_URL needs sslmode=verify-full",
        "FIGURINE_MIGRATION_DATABASE_URL needs sslmode=verify-full",
        "FIGURINE_BROKER_URL needs amqps://",
        "FIGURINE_OTLP_ENDPOINT needs https://",
        "FIGURINE_TLS_CERT and FIGURINE_TLS_KEY are needed",
    ]


def test_faults_of_every_kind_are_named_together(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIGURINE_MODE", "production")
    environment.setenv("FIGURINE_WEBHOOK_SECRET", "Change-Me-Before-Use")
    told = refusal()
    for fault in ("DATABASE_URL needs", "BROKER_URL needs", "TLS_CERT and", "WEBHOOK_SECRET is a default"):
        assert f"FIGURINE_{fault}" in told


def test_production_refuses_default_and_placeholder_secrets(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    in_production(environment, tmp_path)
    environment.setenv("FIGURINE_WEBHOOK_SECRET", "Change-Me-Before-Use")
    environment.setenv("FIGURINE_BROKER_URL", "amqps://guest:guest@broker/figurine")
    assert refusal().splitlines() == [
        "FIGURINE_BROKER_URL is a default or placeholder; set one of your own",
        "FIGURINE_WEBHOOK_SECRET is a default or placeholder; set one of your own",
    ]


@pytest.mark.parametrize("secret", ["guest", "postgres", "changeme", "CHANGE-ME-0123456789", "amqp://guest:guest@b/"])
def test_a_secret_everybody_knows_is_recognised(secret: str) -> None:
    assert is_default(secret)


@pytest.mark.parametrize("secret", ["c0ffee1234567890", "amqps://svc:q8Zr1nV0pLw2@example.test/", "postgresql://db/x"])
def test_a_secret_of_ones_own_is_not(secret: str) -> None:
    assert not is_default(secret)
