"""Billing's settings; the only reader of its environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from common.settings import PREFIX, ServiceSettings

LIVE = ("sk_live_", "rk_live_")
TEST = ("sk_test_", "rk_test_")


class Settings(ServiceSettings):
    """Read from FIGURINE_… variables."""

    # Enough for five figurines of the dearest kind.
    trial_credits: int = 10
    # With a key, cards are taken by Stripe.
    stripe_api_key: SecretStr | None = None
    # Stripe's own without it.
    stripe_api_base: str | None = None
    # Who signs for the address above, when it is not one of the authorities everybody knows.
    stripe_ca_file: Path | None = None
    # What Stripe signs its webhooks with; without it the webhook is closed.
    stripe_webhook_secret: SecretStr | None = None
    # How long one call may take.
    stripe_deadline_seconds: int = Field(default=20, ge=1)
    # How long a plan's credits stay while its payment fails.
    past_due_days: int = Field(default=7, ge=0)

    @property
    def stripe_live(self) -> bool:
        """Whether real money moves."""
        return self.stripe_api_key is not None and self.stripe_api_key.get_secret_value().startswith(LIVE)

    @model_validator(mode="after")
    def _key_that_may_be_used(self) -> Self:
        """Real money only where somebody said `production`, and never through somebody who stands in for Stripe."""
        if self.stripe_api_key is None:
            return self
        name = f"{PREFIX}STRIPE_API_KEY"
        if not self.stripe_api_key.get_secret_value().startswith(LIVE + TEST):
            message = f"{name} is no secret key of Stripe: it begins with sk_test_, rk_test_, sk_live_ or rk_live_"
            raise ValueError(message)
        if self.stripe_live and self.mode != "production":
            message = f"{name} is a live key: it takes real money, so it needs {PREFIX}MODE=production"
            raise ValueError(message)
        if self.stripe_live and self.stripe_api_base is not None:
            message = f"{name} is a live key: it goes to Stripe only; unset {PREFIX}STRIPE_API_BASE"
            raise ValueError(message)
        return self
