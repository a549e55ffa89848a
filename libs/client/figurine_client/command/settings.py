"""Where the command keeps things, and what the environment tells it. The only reader of the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path, user_state_path

KEY_VARIABLE, URL_VARIABLE, CA_VARIABLE = "FIGURINE_API_KEY", "FIGURINE_URL", "FIGURINE_CA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Folders of this person's, and what is given instead of what `signin` kept."""

    config: Path
    state: Path
    api_key: str | None
    url: str | None
    ca: Path | None


def read() -> Settings:
    """What the environment says (XDG Base Directory Specification for the folders)."""
    ca = os.environ.get(CA_VARIABLE)
    return Settings(
        config=user_config_path("figurine"),
        state=user_state_path("figurine"),
        api_key=os.environ.get(KEY_VARIABLE) or None,
        url=os.environ.get(URL_VARIABLE) or None,
        ca=Path(ca) if ca else None,
    )
