"""Settings every service shares; each service adds its own in its settings.py.

settings = load(BillingSettings)    raises SettingsRefused, which names every problem at once
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from common.erasure.fence import Fence
from common.erasure.statements import signing_key_of

PREFIX = "FIGURINE_"
MINIMUM_SECRET_LENGTH = 16
# Passwords that stand in somebody's manual, and marks of a line nobody filled in.
RESERVED = frozenset({"guest", "postgres", "password", "secret", "admin", "minioadmin", "figurine", "root", "test"})
PLACEHOLDERS = ("change-me", "changeme", "change_me", "placeholder", "example", "replace-me", "your-")


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < MINIMUM_SECRET_LENGTH:
        message = f"a secret needs at least {MINIMUM_SECRET_LENGTH} characters"
        raise ValueError(message)
    return secret


Secret = Annotated[SecretStr, AfterValidator(_long_enough)]


class SettingsRefused(Exception):
    """The settings are not fit to start with."""


class ServiceSettings(BaseSettings):
    """Read once from the environment (FIGURINE_…) or from secret files, then frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    mode: Literal["local", "production"] = "production"
    database_url: SecretStr
    migration_database_url: SecretStr | None = None
    broker_url: SecretStr
    ca_file: Path | None = None
    # Where the public or internal HTTP door listens: host:port.
    bind: str = "127.0.0.1:8000"
    # Where metrics and probes listen. Run as `all`, two processes need two addresses.
    metrics_bind: str | None = None
    worker_metrics_bind: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    web_workers: int = 1
    web_threads: int = 16
    # How long somebody may be silent in the middle of a request, or of taking an answer.
    silence_seconds: int = 15
    token_public_key: str
    # What people who left are recognised by (base64 of 32 bytes), and what the service signs receipts with (Ed25519,
    # PKCS #8 PEM). Without them nobody can be erased, which only local mode puts up with.
    fence_key: SecretStr | None = None
    receipt_private_key: SecretStr | None = None
    # The role that probes of the promises look with: it reads the service's tables and changes none. Without it nothing
    # is looked at, and every promise is shown as stale.
    probe_database_url: SecretStr | None = None
    # How often they look, compared with usual: 0.1 is ten times as often. The same for all services.
    probe_pace: float = Field(default=1.0, gt=0, le=10)
    # The address of an OpenTelemetry collector (OTLP over HTTP), without /v1/traces.
    otlp_endpoint: str | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the directory is a setting itself
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then files named like its variables in FIGURINE_SECRETS_DIR."""
        directory = os.environ.get(f"{PREFIX}SECRETS_DIR")
        if directory is None:
            return init_settings, env_settings
        if not Path(directory).is_dir():
            message = f"{PREFIX}SECRETS_DIR is not a directory"
            raise SettingsRefused(message)
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=directory)

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """Certificate and key, when both are set."""
        return (self.tls_cert, self.tls_key) if self.tls_cert and self.tls_key else None

    @property
    def neighbours(self) -> Mapping[str, str]:
        """The servers of the house it comes to, by a name for everybody; probes come to them without TLS, in vain."""
        endpoint: str | None = getattr(self, "s3_endpoint", None)
        return {} if endpoint is None else {"the object store": endpoint}

    @property
    def partners(self) -> Mapping[str, str]:
        """The addresses of those outside of the house, by a name for everybody; nobody tries those."""
        return {} if self.otlp_endpoint is None else {"the collector of traces": self.otlp_endpoint}

    @property
    def fence(self) -> Fence | None:
        """Who knows who left."""
        return None if self.fence_key is None else Fence.parse(self.fence_key.get_secret_value())

    @property
    def receipt_key(self) -> Ed25519PrivateKey:
        """What receipts are signed with. Raises SettingsRefused without one."""
        if self.receipt_private_key is None:
            message = f"{PREFIX}RECEIPT_PRIVATE_KEY is missing"
            raise SettingsRefused(message)
        return signing_key_of(self.receipt_private_key.get_secret_value())

    @model_validator(mode="after")
    def _fit_to_start(self) -> Self:
        """All faults together: one validator, so that the first fault hides no other."""
        problems = list(self.faults())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def faults(self) -> Iterator[str]:
        """What is wrong with settings that are well-formed one by one, a sentence each; a service adds its own.

        Outside local mode nothing travels in the clear (promise S1), and no secret is one that everybody knows.
        """
        if self.mode != "local":
            yield from self._in_the_clear()
            yield from self._defaults()

    def _in_the_clear(self) -> Iterator[str]:
        for name in ("database_url", "migration_database_url", "probe_database_url"):
            url: SecretStr | None = getattr(self, name)
            if url is not None and "sslmode=verify-full" not in url.get_secret_value():
                yield f"{variable(name)} needs sslmode=verify-full"
        if not self.broker_url.get_secret_value().startswith("amqps://"):
            yield f"{PREFIX}BROKER_URL needs amqps://"
        # Whatever else is an address: of the store, of other services, of partners.
        given = {name: str(getattr(self, name)) for name in sorted(type(self).model_fields)}
        yield from (f"{variable(name)} needs https://" for name, value in given.items() if value.startswith("http://"))
        if self.tls is None:
            yield f"{PREFIX}TLS_CERT and {PREFIX}TLS_KEY are needed"

    def _defaults(self) -> Iterator[str]:
        for name in type(self).model_fields:
            value: object = getattr(self, name)
            if isinstance(value, SecretStr) and is_default(value.get_secret_value()):
                yield f"{variable(name)} is a default or placeholder; set one of your own"


class ExportSettings(ServiceSettings):
    """What a service is told that does its part when a person wants a copy of everything, or to be forgotten."""

    # What parts and archives are sealed with, the newest key first: the same for all services.
    export_keys: SecretStr | None = None

    def faults(self) -> Iterator[str]:
        """Promises R1 and R3: outside local mode nobody who asks is answered with a part missing."""
        yield from super().faults()
        wanted = (
            *("export_keys", "fence_key", "receipt_private_key"),
            *("s3_endpoint", "s3_access_key", "s3_secret_key"),
        )
        if self.mode != "local":
            yield from (f"{variable(name)} is missing" for name in wanted if getattr(self, name) is None)


class StoreSettings(ExportSettings):
    """What a service is told besides that comes to the object store for nothing else."""

    s3_endpoint: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: SecretStr | None = None


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S]) -> S:
    """The settings of this process. Raises SettingsRefused with one line per problem, and no values."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsRefused(explain(error)) from None


def explain(error: ValidationError) -> str:
    """What is wrong with the settings: one line per problem, and no values."""
    return "\n".join(sorted(_line(detail) for detail in error.errors()))


def is_default(secret: str) -> bool:
    """Whether this secret (or the password in this URL) is one that everybody knows."""
    candidate = (urlsplit(secret).password or "") if "://" in secret else secret
    return candidate.lower() in RESERVED or any(mark in candidate.lower() for mark in PLACEHOLDERS)


def variable(name: str) -> str:
    """The environment variable (and the secret file) of a setting."""
    return f"{PREFIX}{name.upper()}"


def environment_with(**extra: str) -> dict[str, str]:
    """This process's environment and more, for one that takes its place."""
    return {**os.environ, **extra}


def shared_metrics_directory() -> Path | None:
    """Where the web workers of this process leave their figures, if several do."""
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return None if directory is None else Path(directory)


def _line(detail: ErrorDetails) -> str:
    if not detail["loc"]:
        return detail["msg"].removeprefix("Value error, ")
    name = variable(str(detail["loc"][0]))
    return f"{name} is missing" if detail["type"] == "missing" else f"{name}: {detail['msg']}"
