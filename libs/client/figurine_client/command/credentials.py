"""Which studio, and with which key: from the environment, or as `figurine signin` kept it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from figurine_client.command import private_files
from figurine_client.command.settings import KEY_VARIABLE, URL_VARIABLE, Settings
from figurine_client.errors import StudioError
from figurine_client.studio import Studio

FILE = "credentials.json"


class NobodyYet(StudioError):
    """There is no studio to ask, or no key to ask it with."""


class Credentials(BaseModel):
    """A studio's address, what its certificate is checked against (None: what this machine trusts), and a key."""

    model_config = ConfigDict(frozen=True)

    url: str
    ca: Path | None = None
    api_key: str | None = None


def load(settings: Settings) -> Credentials:
    """What the environment says goes first. Raises NobodyYet, ReadableByOthers."""
    kept = _kept(settings)
    url = settings.url or (kept.url if kept else None)
    if url is None:
        raise NobodyYet(f"Which studio? Run `figurine signin`, or set {URL_VARIABLE} and {KEY_VARIABLE}.")
    # A key is for its own studio, and is not told to another.
    own = kept if kept and kept.url == url else None
    return Credentials(
        url=url,
        ca=settings.ca or (own.ca if own else None),
        api_key=settings.api_key or (own.api_key if own else None),
    )


def keep(settings: Settings, credentials: Credentials) -> Path:
    """Keep them for the next time, readable by this person only."""
    path = settings.config / FILE
    private_files.write(path, credentials.model_dump_json(indent=2) + "\n")
    return path


def forget(settings: Settings) -> bool:
    """Keep them no longer; whether there were any."""
    path = settings.config / FILE
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def connect(credentials: Credentials) -> Studio:
    """The studio, asked with this key."""
    return Studio(credentials.url, api_key=credentials.api_key, ca=credentials.ca)


def _kept(settings: Settings) -> Credentials | None:
    path = settings.config / FILE
    said = private_files.read(path)
    try:
        return Credentials.model_validate_json(said) if said is not None else None
    except ValidationError:
        raise NobodyYet(f"{path} is damaged; run `figurine signin` again.") from None
