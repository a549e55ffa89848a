"""Errors as Stripe says them."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


class StripeError(Exception):
    """A request that Stripe answers with an error; `more` are further members of the error object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.code = code
        self.headers = dict(headers or {})
        self._error = {"message": message, "type": kind, "code": code, "param": param, **more}

    def body(self) -> Json:
        """The answer."""
        return {"error": {name: value for name, value in self._error.items() if value is not None}}

    def is_remembered(self) -> bool:
        """Whether an idempotency key keeps this answer: Stripe forgets what was refused before work began."""
        return self.kind == "card_error" or self.status >= 500


def unauthorized(key: str | None) -> StripeError:
    """No key, or one that is none."""
    if not key:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header."
        return StripeError(message, status=401)
    return StripeError(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}", status=401)


def no_such_path(method: str, path: str) -> StripeError:
    """An address that the emulator does not know."""
    return StripeError(f"Unrecognized request URL ({method}: {path}).", status=404)


def missing(kind: str, ident: str, param: str = "id") -> StripeError:
    """No object has this id."""
    message = f"No such {kind.rsplit('.', 1)[-1]}: '{ident}'"
    # In the address it is a page not found, in the parameters a bad request.
    return StripeError(message, status=404 if param == "id" else 400, code="resource_missing", param=param)


def required(param: str) -> StripeError:
    """A parameter is not there."""
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> StripeError:
    """A parameter that Stripe, or the emulator, does not know here."""
    return StripeError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid(param: str, message: str, *, code: str | None = None) -> StripeError:
    """A value that cannot be."""
    return StripeError(message, code=code, param=param)


def declined(error: Mapping[str, Any]) -> StripeError:
    """A card that does not pay; `error` is the payment's last error."""
    given = {name: value for name, value in error.items() if name not in ("message", "type", "code", "param")}
    return StripeError(error["message"], status=402, kind="card_error", code=error["code"], **given)


def key_in_use() -> StripeError:
    """A call with the same idempotency key still runs."""
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        "submitted twice, and the other request is still going through). Please try again later.",
        status=409,
        code="idempotency_key_in_use",
    )


def key_reused(key: str) -> StripeError:
    """The same idempotency key with other parameters."""
    return StripeError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )
