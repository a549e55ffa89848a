"""The gateway's settings; the only reader of its environment."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr

from common.settings import ExportSettings


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
    # How many proxies of our own stand before the gateway: of what they tell of clients, so much is believed.
    trusted_proxies: int = Field(default=0, ge=0, le=9)
    # A live stream holds a thread for as long as a page is open.
    web_threads: int = 64
    live_streams: int = 48
    live_streams_per_person: int = 6

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
