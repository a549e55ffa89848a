"""Settings every service shares; each service adds its own in its settings.py."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MINIMUM_SECRET_LENGTH = 16


def _not_a_placeholder(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MINIMUM_SECRET_LENGTH:
        raise ValueError("a secret needs at least 16 characters")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_not_a_placeholder)]


class ServiceSettings(BaseSettings):
    """Read once from the environment (FIGURINE_…) or from secret files, then frozen.

    A missing or malformed setting stops the process at start and names every one.
    """

    model_config = SettingsConfigDict(
        env_prefix="FIGURINE_", frozen=True, extra="ignore", secrets_dir=None, hide_input_in_errors=True
    )

    mode: Literal["local", "production"] = "production"
    database_url: SecretStr
    migration_database_url: SecretStr | None = None
    broker_url: SecretStr
    ca_file: Path | None = None
    bind: str = "127.0.0.1:8000"
    metrics_bind: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    web_workers: int = 1
    web_threads: int = 16
    token_public_key: str
    otlp_endpoint: str | None = None

    @model_validator(mode="after")
    def _encrypted_in_production(self) -> Self:
        """Outside local mode nothing travels in the clear (promise S1)."""
        if self.mode == "local":
            return self
        problems = [
            name
            for name, ok in {
                "FIGURINE_DATABASE_URL needs sslmode=verify-full": "sslmode=verify-full" in _plain(self.database_url),
                "FIGURINE_BROKER_URL needs amqps://": _plain(self.broker_url).startswith("amqps://"),
                "FIGURINE_TLS_CERT and FIGURINE_TLS_KEY are needed": bool(self.tls_cert and self.tls_key),
            }.items()
            if not ok
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _plain(secret: SecretStr) -> str:
    return secret.get_secret_value()
