"""What the canary is told; the only reader of its environment."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.settings import PREFIX, SettingsRefused, explain


class Settings(BaseSettings):
    """Read from FIGURINE_… variables, or files named like them in FIGURINE_SECRETS_DIR."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    # The public door.
    public_url: str
    ca_file: Path | None = None
    # A user of the broker who may say what she found, and nothing else; and what she signs it with.
    broker_url: SecretStr
    receipt_private_key: SecretStr
    # Compared with usual, as for the services' own probes.
    probe_pace: float = Field(default=1.0, gt=0, le=10)
    # Her addresses end with it. Nobody reads mail there; give it a domain of your own where mail is really sent.
    canary_domain: str = "canary.example"
    # Where she remembers who she is until she is forgotten, so that a life cut short is cleared up by the next.
    canary_memory: Path


def load(file: Path | None = None) -> Settings:
    """The settings; with a file, what it says instead of the environment. Raises SettingsRefused."""
    directory = os.environ.get(f"{PREFIX}SECRETS_DIR")
    try:
        return Settings(_env_file=file, _secrets_dir=directory)  # pyright: ignore[reportCallIssue] pydantic's own way
    except ValidationError as error:
        raise SettingsRefused(explain(error)) from None
