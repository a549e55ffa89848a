"""What the gateway says of printable models, and what their files are called. Pure."""

from typing import Final

from common.errors import Conflict, Refused

HEIGHT_MM: Final = 80
LOWEST_MM: Final = 40
HIGHEST_MM: Final = 150
_LONGEST: Final = 40


class ModelFailed(Refused):
    """No model could be made of this picture. Ask again in a minute, or try another picture."""

    code = "model_failed"
    retry_after_seconds = 60


class TooManyModels(Refused):
    """You have several models in the making. Wait until one of them is ready, then ask again."""

    code = "rate_limited"
    retry_after_seconds = 10


class NothingToModel(Conflict):
    """This figurine has no pictures, so there is nothing to model. Ask when it is finished."""


def file_name(title: str, height_mm: int, suffix: str) -> str:
    """What a downloaded file is called: the title's letters and digits, the height, the format."""
    words = "".join(sign if sign.isalnum() else " " for sign in title.lower()).split()
    stem = "-".join(words)[:_LONGEST].strip("-") or "figurine"
    return f"{stem}-{height_mm}mm.{suffix}"
