"""Requests and answers: TLS verified, safe tries again, problems as exceptions, answers as models."""

import re
import secrets
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeAlias, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
from pydantic import BaseModel, ValidationError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from figurine_client.errors import AnswerNotUnderstood, Busy, NotFound, Refused, StudioAway, StudioError
from figurine_client.patience import Patience
from figurine_client.problems import problem_of
from figurine_client.routes import Repeat, Route

A = TypeVar("A", bound=BaseModel)
Params: TypeAlias = Mapping[str, str | int | bool | UUID | None]
Places: TypeAlias = Mapping[str, str | int | UUID]
# A field of a form: a file's name and its bytes.
Files: TypeAlias = Mapping[str, tuple[str, bytes]]

SECONDS: Final = 30.0
CONNECT_SECONDS: Final = 10.0
_AT_HOME: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# The request never left: nothing can have happened.
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class NotSent(StudioAway):
    """The studio could not be reached; nothing was asked of it."""


class KeyInTheClear(StudioError):
    """An address without TLS, over which a key would travel for everybody to read."""


class NoSuchKey(StudioError):
    """A key that cannot be one: copied with something else, or in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that is asked for: where, with what, and under which key it may be asked again."""

    route: Route
    places: Places = field(default_factory=dict[str, "str | int | UUID"])
    params: Params = field(default_factory=dict[str, "str | int | bool | UUID | None"])
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    files: Files | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    key: str | None = None


class Connection:
    """A studio, and who asks it. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        ca: Path | None = None,
        timeout: float = SECONDS,
        patience: Patience | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        _check_address(base_url)
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise NoSuchKey("That is no key: one is letters, digits and signs without a space, as it was shown.")
        self.url, self.timeout, self.patience = base_url.rstrip("/"), timeout, patience or Patience()
        self._client = httpx2.Client(
            base_url=self.url,
            verify=_trusted(self.url, ca),
            timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            headers={"User-Agent": f"figurine-client/{version('figurine-client')}", "Accept": "application/json"},
            # With a cookie the studio would take this for a browser, and ask for more.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport,
        )
        if token is not None:
            self.sign(token)

    def sign(self, token: str) -> None:
        """What follows is asked with this key, or as this session."""
        self._client.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def read(self, model: type[A], asked: Asked) -> A:
        """Ask, and read the answer. Raises StudioError."""
        return understood(model, self.send(asked))

    def send(self, asked: Asked) -> httpx2.Response:
        """Ask, again where that is safe, and give back what was answered. Raises Refused, StudioAway."""
        keyed = asked.route.repeat is Repeat.WITH_KEY
        # One key for all tries of one call: the studio does it once, however often it hears of it.
        headers = {**asked.headers, **({"Idempotency-Key": asked.key or new_key()} if keyed else {})}
        for attempt in self._tries(asked.route):
            with attempt:
                try:
                    return self._once(asked, headers)
                except NotFound:
                    # Gone by a request of ours whose answer was lost.
                    if asked.route.method == "DELETE" and attempt.retry_state.attempt_number > 1:
                        return httpx2.Response(204)
                    raise
        raise AssertionError("the last try raises")

    @contextmanager
    def stream(self, asked: Asked, *, silence: float) -> Generator[httpx2.Response]:
        """An answer that is read piece by piece; `silence` is how many seconds it may say nothing. Asked once."""
        timeout = httpx2.Timeout(silence, connect=min(silence, CONNECT_SECONDS))
        request = self._request(asked, asked.headers, timeout=timeout)
        with answering(self.url):
            response = self._client.send(request, stream=True)
        try:
            if not response.is_success:
                with answering(self.url):
                    response.read()
                raise problem_of(response)
            yield response
        finally:
            response.close()

    def _once(self, asked: Asked, headers: Mapping[str, str]) -> httpx2.Response:
        with answering(self.url):
            response = self._client.send(self._request(asked, headers))
        if not response.is_success:
            raise problem_of(response)
        return response

    def _request(
        self, asked: Asked, headers: Mapping[str, str], *, timeout: httpx2.Timeout | None = None
    ) -> httpx2.Request:
        return self._client.build_request(
            asked.route.method,
            asked.route.at(**asked.places),
            params={name: _written(value) for name, value in asked.params.items() if value is not None},
            json=asked.json,
            files=_parts(asked),
            headers=headers,
            timeout=timeout or self._client.timeout,
        )

    def _tries(self, route: Route) -> Retrying:
        patience = self.patience

        def before(state: RetryCallState) -> float:
            return patience.before(state.attempt_number, asked_for=_asked_for(_failure(state)))

        return Retrying(
            retry=retry_if_exception(lambda error: is_worth_another_try(error, route, patience)),
            stop=stop_after_attempt(patience.attempts),
            wait=before,
            sleep=patience.pause,
            reraise=True,
        )


def is_worth_another_try(error: BaseException, route: Route, patience: Patience) -> bool:
    """Whether asking again may help, and cannot do a thing twice."""
    if (_asked_for(error) or 0.0) > patience.longest_asked_for:
        return False
    if isinstance(error, NotSent):
        return True
    if isinstance(error, Busy):
        # Who was told to come later was not served. Who heard that something broke may have been.
        return error.status == 429 or route.repeat is not Repeat.NEVER
    return isinstance(error, StudioAway) and route.repeat is not Repeat.NEVER


def new_key() -> str:
    """An Idempotency-Key that nobody else has."""
    return secrets.token_urlsafe(24)


def understood(model: type[A], response: httpx2.Response) -> A:
    """The answer as a model. Raises AnswerNotUnderstood."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) or "the whole" for each in error.errors()[:3])
        asked = f"{response.request.method} {response.request.url.path}"
        message = f"The answer to {asked} is not what this client knows ({fields}); look for a newer version of it."
        raise AnswerNotUnderstood(message) from error


@contextmanager
def answering(url: str) -> Generator[None]:
    """What breaks between here and the studio, as StudioAway."""
    try:
        yield
    except _NOT_SENT as error:
        raise NotSent(f"The studio cannot be reached at {url} ({error or type(error).__name__}).") from error
    except httpx2.TimeoutException as error:
        raise StudioAway(f"The studio at {url} did not answer in time.") from error
    except httpx2.HTTPError as error:
        raise StudioAway(f"The connection to {url} broke before the answer was there.") from error


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in _AT_HOME:
        raise KeyInTheClear(f"{url!r} is no https:// address; a key would travel in the clear.")


def _trusted(url: str, ca: Path | None) -> ssl.SSLContext:
    """What certificates are checked against; without TLS nothing, which a context without any says best."""
    if urlsplit(url).scheme == "https":
        return ssl.create_default_context(cafile=ca)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _asked_for(error: BaseException | None) -> float | None:
    return error.retry_after if isinstance(error, Refused) else None


def _parts(asked: Asked) -> dict[str, tuple[str | None, str | bytes]] | None:
    """A form as multipart, also when there is no file in it."""
    if asked.form is None and asked.files is None:
        return None
    return {**{name: (None, value) for name, value in (asked.form or {}).items()}, **(asked.files or {})}


def _written(value: str | int | bool | UUID | None) -> str:  # noqa: FBT001 - a value, not a switch
    return str(value).lower() if isinstance(value, bool) else str(value)
