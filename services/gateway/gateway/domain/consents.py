"""Which engines paint only for those who allow it. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from common.contracts.consents import GEMINI
from common.errors import Forbidden, NotFound

# A partner's engine gets the photo; the studio's own does not send it anywhere.
ONLY_GEMINI_WAITS: Final = (
    "Only Google Gemini paints within a day for half the credits, and you have not allowed it. Allow it, or order for "
    "now; it cost nothing."
)
_NEEDED: Final[Mapping[str, str]] = {"gemini": GEMINI}
_NAME: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)


class ConsentRequired(Forbidden):
    """Only Google Gemini paints this style, and you have not allowed it. Allow it, or take another; it cost nothing."""

    code = "consent_required"


class SavingNotAllowed(ConsentRequired):
    """You do not allow photos to be kept. Allow it on the privacy page, or order without saving; it cost nothing."""


class Restricted(Forbidden):
    """You have restricted the use of your data, so nothing new is made. Lift that on the privacy page to go on."""

    code = "restricted"


class NoSuchConsent(NotFound):
    """There is nothing of that name to consent to. GET /v1/consents lists what there is."""


def check_purpose(purpose: str) -> str:
    """A name that may become part of an address; raises NoSuchConsent."""
    if not _NAME.fullmatch(purpose):
        raise NoSuchConsent
    return purpose


def consents_asked_by(engines: Iterable[str]) -> frozenset[str]:
    """What would have to be allowed for these engines, whichever of them paints."""
    return frozenset(_NEEDED[engine] for engine in engines if engine in _NEEDED)


def consents_needed_for(engines: Iterable[str]) -> frozenset[str]:
    """One of these has to be allowed before any of the engines may paint; none when one of them needs none."""
    engines = tuple(engines)
    return consents_asked_by(engines) if all(engine in _NEEDED for engine in engines) else frozenset()
