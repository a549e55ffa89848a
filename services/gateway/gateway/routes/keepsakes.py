"""Cookies of minutes, sealed: what a browser carries from one page to the next on its way in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import request
from werkzeug.wrappers import Response

from common.current import Current
from gateway.adapters.keepsakes import Keepsakes

# Somebody is away at a provider; has come back and is asked something; has yet to show her second factor.
ATTEMPT: Final = "__Host-attempt"
ARRIVAL: Final = "__Host-arrival"
STEP: Final = "__Host-step"
keepsakes = Current(Keepsakes)


def keep(response: Response, cookie: str, said: Mapping[str, object], until: datetime) -> None:
    """Have the browser carry this; other sites' pages may lead here with it (Lax), but send no form with it."""
    sealed = keepsakes().seal(cookie, said, until)
    response.set_cookie(cookie, sealed, expires=until, path="/", secure=True, httponly=True, samesite="Lax")


def kept(cookie: str) -> Mapping[str, Any] | None:
    """What the browser that asks carries; None where that is nothing, is over, or was made up."""
    return keepsakes().open(cookie, request.cookies.get(cookie, ""))


def forget(response: Response, cookie: str) -> None:
    """It has done its part."""
    response.delete_cookie(cookie, path="/", secure=True, httponly=True, samesite="Lax")
