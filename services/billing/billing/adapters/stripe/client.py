"""One client for the whole process: timeouts, retries under our own keys, and its errors as ours."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import requests
import stripe
import structlog
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from billing.domain.payments import NotTaken, PaymentDeclined
from billing.ports import OutcomeUnknown, UnknownCustomer
from common.errors import Unavailable

# The shape of every object read here; the tests and the emulator speak the same one.
API_VERSION = "2026-10-28.endive"
_CONNECT_SECONDS = 3.0
RETRIES = 2
_LONGEST_WAIT_SECONDS = 5
_AWAY_SECONDS = 30
_log = structlog.stdlib.get_logger("billing.stripe")


def connect(
    api_key: str, *, base: str | None, ca_file: Path | None, deadline: float, retries: int
) -> stripe.StripeClient:
    """The client; nothing is sent yet. `deadline` is seconds for one try, `retries` how many follow the first."""
    if ca_file is not None:
        # The library reads this with every request and offers no other way; there is one Stripe per process.
        stripe.ca_bundle_path = str(ca_file)
    return stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        max_network_retries=retries,
        base_addresses={} if base is None else {"api": base},
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, deadline), session=_session()),
    )


def _session() -> requests.Session:
    """Waits out 429, which the library does not: nothing was done, so that anything may be sent again."""
    too_many = Retry(
        total=RETRIES,
        connect=0,
        read=0,
        other=0,
        redirect=0,
        status=RETRIES,
        status_forcelist=[429],
        allowed_methods=None,
        backoff_factor=0.5,
        backoff_jitter=0.5,
        backoff_max=_LONGEST_WAIT_SECONDS,
        retry_after_max=_LONGEST_WAIT_SECONDS,
        raise_on_status=False,
    )
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=too_many, pool_maxsize=16))
    session.mount("http://", HTTPAdapter(max_retries=too_many, pool_maxsize=16))
    return session


@contextmanager
def reading() -> Generator[None]:
    """Around a call that changes nothing: whatever goes wrong, it can be made again."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        raise _away(error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise _misconfigured(error) from error


@contextmanager
def changing() -> Generator[None]:
    """Around a call that changes something: a missing answer is not a no."""
    try:
        yield
    except stripe.StripeError as error:
        raise _refusal(error) from error


def _refusal(error: stripe.StripeError) -> Exception:
    match error:
        case stripe.CardError():
            return PaymentDeclined()
        case stripe.RateLimitError():
            return _away(error)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return _misconfigured(error)
        case stripe.InvalidRequestError(code="resource_missing") if "customer" in str(error).lower():
            return UnknownCustomer()
        case stripe.InvalidRequestError():
            _log.error("refused", code=error.code, request_id=error.request_id)
            return NotTaken()
        case _:
            # No answer, a broken one, or a key somebody is using right now. Even a connection that was refused tells
            # nothing: it may have been the second try.
            return OutcomeUnknown()


def missing(error: stripe.InvalidRequestError) -> bool:
    """Whether there is no such thing."""
    return error.http_status == 404 or error.code == "resource_missing"


def _away(error: stripe.StripeError) -> Unavailable:
    sent = (error.headers or {}).get("retry-after", "")
    seconds = int(sent) if str(sent).isdecimal() else _AWAY_SECONDS
    return Unavailable(
        "The payment provider is away for a moment; nothing was charged. Try again shortly.",
        retry_after_seconds=seconds,
    )


def _misconfigured(error: stripe.StripeError) -> Unavailable:
    _log.error("the key is not accepted", code=error.code, request_id=error.request_id)
    return _away(error)
