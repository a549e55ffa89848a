"""What faults and threats are told by (promise U8): kinds of refusals and failures, counted, of nobody. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from common.errors import Refused, Unauthenticated
from gateway.domain.allowances import RateLimited
from gateway.domain.corrections import WrongPassword
from gateway.domain.factors import PasskeyRefused, WrongCode
from gateway.domain.people import ForgedRequest, WrongCredentials
from gateway.domain.photo import PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported

_SIGN_IN: Final = "/v1/sessions"
_WEBHOOK: Final = "/v1/payments/<provider>/webhook"
_LINK: Final = "/s/<token>"
_UPLOADS: Final = (PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported)


class Signal(StrEnum):
    """What was noticed. A refused upload has its code behind it, as in `upload_refused.photo_too_large`."""

    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - a name of something that happened
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - likewise
    FORGED_REQUEST = "forged_request"
    RATE_LIMITED = "rate_limited"
    UPLOAD_REFUSED = "upload_refused"
    WEBHOOK_REFUSED = "webhook_refused"
    LINK_REFUSED = "link_refused"
    USAGE_REFUSED = "usage_refused"
    ADDRESS_UNKNOWN = "address_unknown"
    REQUEST_FAILED = "request_failed"
    SERVICE_AWAY = "service_away"


_REFUSALS: Final[Mapping[type[Refused], Signal]] = {
    ForgedRequest: Signal.FORGED_REQUEST,
    RateLimited: Signal.RATE_LIMITED,
    WrongCredentials: Signal.PASSWORD_REFUSED,
    WrongPassword: Signal.PASSWORD_REFUSED,
    WrongCode: Signal.PASSWORD_REFUSED,
    PasskeyRefused: Signal.PASSWORD_REFUSED,
}
_STATUSES: Final[Mapping[int, Signal]] = {
    HTTPStatus.TOO_MANY_REQUESTS: Signal.RATE_LIMITED,
    HTTPStatus.SERVICE_UNAVAILABLE: Signal.SERVICE_AWAY,
}
# Addresses that are none, and links that somebody guesses at; anything else that is not there is nobody's fault.
_LEADS_NOWHERE: Final[Mapping[str | None, Signal]] = {None: Signal.ADDRESS_UNKNOWN, _LINK: Signal.LINK_REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """An answer that was no good: the route as it is written, its status, why, and whether a token came along."""

    rule: str | None
    status: int
    refusal: type[Refused] | None = None
    token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often something was noticed in the hour that began then."""

    hour: datetime
    signal: str
    count: int


def hour_of(moment: datetime) -> datetime:
    """When the hour of a moment began, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def signal_of(noticed: Noticed) -> str | None:
    """What an answer is a sign of; None for most of them. There are only so many, whatever is asked for."""
    if noticed.status < HTTPStatus.BAD_REQUEST:
        return None
    return _of_refusal(noticed) or _of_status(noticed)


def _of_refusal(noticed: Noticed) -> str | None:
    refusal = noticed.refusal
    if refusal is None:
        return None
    if issubclass(refusal, _UPLOADS):
        return f"{Signal.UPLOAD_REFUSED}.{refusal.code}"
    if issubclass(refusal, WrongCredentials) and noticed.rule == _SIGN_IN:
        return Signal.SIGN_IN_FAILED
    if issubclass(refusal, Unauthenticated) and not issubclass(refusal, WrongCredentials):
        # A browser whose session is over is no threat.
        return Signal.TOKEN_REFUSED if noticed.token else None
    return next((signal for kind, signal in _REFUSALS.items() if issubclass(refusal, kind)), None)


def _of_status(noticed: Noticed) -> str | None:
    if noticed.rule == _WEBHOOK and noticed.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Signal.WEBHOOK_REFUSED
    if noticed.status == HTTPStatus.NOT_FOUND:
        return _LEADS_NOWHERE.get(noticed.rule)
    if noticed.status in _STATUSES:
        return _STATUSES[noticed.status]
    return Signal.REQUEST_FAILED if noticed.status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
