"""Errors as the API says them: google.rpc.Status in JSON."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

STATUSES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_SENTENCES: Mapping[int, str] = {
    403: "The caller does not have permission",
    429: "You exceeded your current quota, please check your plan and billing details.",
    500: "An internal error has occurred. Please retry.",
    503: "The model is overloaded. Please try again later.",
    504: "The request timed out. Please try again.",
}
_RPC = "type.googleapis.com/google.rpc."


class ApiError(Exception):
    """A request the API answers with an error."""

    def __init__(
        self, code: int, message: str, *, status: str | None = None, details: Sequence[Mapping[str, object]] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUSES.get(code, "UNKNOWN")
        self.details = details

    def body(self) -> dict[str, object]:
        """The answer."""
        error: dict[str, object] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def invalid(message: str) -> ApiError:
    """An argument that cannot be."""
    return ApiError(400, message)


def key_invalid() -> ApiError:
    """A key that is none."""
    reason = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return ApiError(400, "API key not valid. Please pass a valid API key.", details=[reason])


def key_missing() -> ApiError:
    """No key at all."""
    return ApiError(403, "Method doesn't allow unregistered callers (callers without established identity).")


def model_not_found(model: str, version: str) -> ApiError:
    """A model that is retired or never was."""
    return ApiError(
        404,
        f"models/{model} is not found for API version {version}, or is not supported for generateContent. "
        "Call ListModels to see the list of available models and their supported methods.",
    )


def ordered(code: int, *, status: str | None = None, retry_seconds: float | None = None) -> ApiError:
    """An error that a script asks for."""
    details: list[Mapping[str, object]] = []
    if code == 429:
        violation = {"quotaMetric": "generativelanguage.googleapis.com/generate_content_requests"}
        details.append({"@type": f"{_RPC}QuotaFailure", "violations": [violation]})
    if retry_seconds is not None:
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{retry_seconds:g}s"})
    return ApiError(code, _SENTENCES.get(code) or HTTPStatus(code).phrase, status=status, details=details)
