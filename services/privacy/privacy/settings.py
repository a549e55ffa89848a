"""Privacy's settings; the only reader of its environment."""

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from FIGURINE_… variables: those every service shares, and none of its own."""
