"""Billing's settings; the only reader of its environment."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from FIGURINE_… variables."""

    # Enough for five figurines of the dearest kind.
    trial_credits: int = 10
