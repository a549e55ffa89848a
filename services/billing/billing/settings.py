"""Billing's settings; the only reader of its environment."""

from pydantic import Field, SecretStr

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from FIGURINE_… variables."""

    # What a new person gets to try the studio with; without it, what the catalogue says.
    trial_credits: int | None = Field(default=None, ge=0)
    # What gift codes and coupons are kept under; without it there are none.
    code_key: SecretStr | None = None
    # How long a hold may be open before an operator hears of it: longer than any job can live.
    stale_hold_hours: int = Field(default=24, ge=1)
