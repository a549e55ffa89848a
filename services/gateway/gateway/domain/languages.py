"""The languages the studio speaks, and which of them somebody is spoken to in. Pure."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """What the studio speaks."""

    ENGLISH = "en"
    GERMAN = "de"


# In this one everything is written first, and everybody can be spoken to.
DEFAULT: Final = Language.ENGLISH
# Each as those call it who speak it.
NAMES: Final[Mapping[Language, str]] = {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}


def known(said: str | None) -> Language | None:
    """The language of that tag; None for one that is not spoken here."""
    return Language(said) if said in set(Language) else None


def choose(said: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """What her account says, else what she chose in this browser, else what her browser asks for, else English."""
    return known(said) or wished(cookie, accept_language) or DEFAULT


def wished(cookie: str | None, accept_language: str | None) -> Language | None:
    """What a browser says of its language; None where it says nothing that is spoken here."""
    return known(cookie) or next(_asked_for(accept_language or ""), None)


def catalogued(text: str) -> str:
    """The text as it is: says only that it has to stand in the catalogues, for whoever shows it later."""
    return text


def _asked_for(header: str) -> Iterator[Language]:
    """What of an Accept-Language header is spoken here, the dearest first (RFC 9110, 12.5.4; RFC 4647, 3.4)."""
    ranges = [_range(each) for each in header.split(",")]
    for tag, quality in sorted(ranges, key=lambda each: -each[1]):
        # `*` says that anything will do, and then English does.
        language = DEFAULT if tag == "*" else known(tag.partition("-")[0])
        if quality > 0 and language is not None:
            yield language


def _range(said: str) -> tuple[str, float]:
    """A tag and how dear it is, from 0 to 1; 0 where that cannot be read."""
    tag, *parameters = (part.strip().lower() for part in said.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return tag, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return tag, 0.0
