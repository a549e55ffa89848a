"""Privacy's settings; the only reader of its environment."""

from pydantic import Field

from common.settings import StoreSettings


class Settings(StoreSettings):
    """Read from FIGURINE_… variables."""

    # How long a copy waits for every service's part before it comes without what is missing.
    export_patience_minutes: int = Field(default=60, ge=1)
