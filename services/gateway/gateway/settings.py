"""The gateway's settings; the only reader of its environment."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import maxminddb
from pydantic import AfterValidator, Field, SecretStr, field_validator

from common.settings import ExportSettings, is_default
from gateway.domain.origins import parse_origins
from gateway.domain.providers import Provider, parse_providers


def _of_countries(file: Path) -> Path:
    """A MaxMind database that can be read, and says of networks in which country they are."""
    try:
        with maxminddb.open_database(str(file)) as database:  # pyright: ignore[reportUnknownMemberType] - the library's
            kind = database.metadata().database_type
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except (OSError, maxminddb.InvalidDatabaseError):
        raise ValueError("the file is no MaxMind database, or a damaged one") from None
    if "Country" not in kind and "City" not in kind:
        raise ValueError("the database tells no countries: take one of countries or of cities")
    return file


def read_providers(file: Path) -> Sequence[Provider]:
    """The providers that a TOML file names; files it names are looked for beside it. Raises ValueError."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except (OSError, UnicodeDecodeError):
        raise ValueError("the file cannot be read") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the file is no TOML: {error}") from None
    return parse_providers(said, lambda name: (file.parent / name).read_text(encoding="utf-8"))


def _of_providers(file: Path) -> Path:
    read_providers(file)
    return file


class Settings(ExportSettings):
    """Read from FIGURINE_… variables."""

    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: SecretStr
    # What accounts are sealed with; the newest key first.
    sealing_keys: SecretStr
    # What uploads are sealed with: shared with generation, which opens them.
    upload_keys: SecretStr
    blind_index_key: SecretStr
    token_private_key: SecretStr
    generation_url: str
    billing_url: str
    privacy_url: str
    analytics_url: str
    public_url: str
    smtp_url: SecretStr
    mail_sender: str = "Figurine Studio <studio@localhost>"
    # Who is told by mail of a promise that was found broken; nobody without it.
    operator_email: str = ""
    # From how many accounts on, opened on one day from one neighbourhood of addresses, operators are told.
    accounts_opened_together: Annotated[int, Field(gt=0)] = 20
    # How many people a minute are written to when the policy has changed.
    policy_mails_per_minute: Annotated[int, Field(gt=0)] = 600
    # How many readers a minute a piece of news goes out to.
    news_mails_per_minute: Annotated[int, Field(gt=0)] = 300
    # The mailbox for news that comes back: each letter has an address of its own there (as in bounces+…@example.org).
    # Without one it goes to the sender.
    bounce_address: Annotated[str, Field(pattern=r"^([^@\s+]{1,20}@[^@\s]+)?$")] = ""
    # A MaxMind database (.mmdb) on this machine, for the country of what is counted; without one none is told.
    geoip_database: Annotated[Path, AfterValidator(_of_countries)] | None = None
    # How many proxies of our own stand before the gateway: of what they tell of clients, so much is believed.
    trusted_proxies: int = Field(default=0, ge=0, le=9)
    # Requests a minute from one address, to what needs nobody to be signed in. A whole school may be one address.
    requests_per_address: Annotated[int, Field(gt=0)] = 1200
    # Which other sites' scripts may use the API in a browser, by commas: they bring a token or a key, never a cookie.
    cors_origins: str = ""
    # OpenID providers people may sign in with, as a TOML file; nobody does without it.
    sign_in_providers: Annotated[Path, AfterValidator(_of_providers)] | None = None
    # Whether call-backs may go to this machine and its network, also without TLS; in local mode only.
    local_webhooks: bool = False
    # A live stream holds a thread for as long as a page is open; threads begin when they are first needed.
    web_threads: int = 1100
    live_streams: int = 1000
    live_streams_per_person: int = 6

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, given: str) -> str:
        parse_origins(given)
        return given

    def faults(self) -> Iterator[str]:
        """Outside local mode nobody's call-back comes to what only we may reach, and mail goes out over TLS."""
        yield from super().faults()
        if self.local_webhooks and self.mode != "local":
            yield "FIGURINE_LOCAL_WEBHOOKS is for local mode: calls would reach what only we may reach"
        # smtp:// is STARTTLS, which is insisted on (gateway.adapters).
        if not self.smtp_url.get_secret_value().startswith(("smtps://", "smtp://")):
            yield "FIGURINE_SMTP_URL needs smtps://, or smtp:// for STARTTLS"
        if known := [each.id for each in self.providers if is_default(each.client_secret)]:
            yield f"FIGURINE_SIGN_IN_PROVIDERS: the secret of {', '.join(known)} is a default or placeholder"

    @property
    def providers(self) -> Sequence[Provider]:
        """Whom people may sign in with."""
        return () if self.sign_in_providers is None else read_providers(self.sign_in_providers)

    @property
    def partners(self) -> Mapping[str, str]:
        """Those outside of the house: beside the others, whom people sign in with."""
        return {**super().partners, **{f"the provider {each.id}": each.issuer for each in self.providers}}

    @property
    def neighbours(self) -> Mapping[str, str]:
        """The other services, its own public address and the mail server, too."""
        return {
            **super().neighbours,
            "generation": self.generation_url,
            "billing": self.billing_url,
            "privacy": self.privacy_url,
            "analytics": self.analytics_url,
            "the public address": self.public_url,
            "the mail server": self.smtp_url.get_secret_value(),
        }
