"""The client of google-genai, held to what we promise: no repeats of its own, no redirects, an end to every answer."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, cast

import httpx2
from google import genai
from google.genai import types

from generation.ports import PaintOrder

from .failures import AnswerTooLarge

GOOGLE = "https://generativelanguage.googleapis.com"
_LARGEST_ANSWER = 64_000_000
_DEADLINE = "figurine.deadline"
_SOON = 0.01
# Gemini's seeds are 32 bits with a sign.
_SEEDS = 2**31


class Models(Protocol):
    """The one thing that is asked of the client."""

    def generate_content(
        self, *, model: str, contents: list[types.Part], config: types.GenerateContentConfig
    ) -> types.GenerateContentResponse:
        """One call."""
        ...


class Wire:
    """Sends orders, each as one call that ends within the deadline (seconds)."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        api_version: str,
        headers: Mapping[str, str] | None,
        ca_file: Path | None,
        deadline: float,
    ) -> None:
        arguments: dict[str, Any] = {
            # A redirect would send the photo to somebody whose name stands in no policy.
            "follow_redirects": False,
            "event_hooks": {"request": [_Start(deadline)], "response": [_bound]},
        }
        if ca_file is not None:
            arguments["verify"] = _trusting(ca_file)
        self._client = genai.Client(
            api_key=api_key,
            vertexai=False,
            http_options=types.HttpOptions(
                # Named, so that no variable of the environment can put another in its place.
                base_url=base_url or GOOGLE,
                api_version=api_version,
                headers=dict(headers or {}),
                timeout=round(deadline * 1000),
                client_args=arguments,
                retry_options=types.HttpRetryOptions(attempts=1),
            ),
        )

    def ask(self, model: str, order: PaintOrder, variant: int) -> types.GenerateContentResponse:
        """One call for one picture; `variant` counts from 0. Raises what the client raises."""
        models = cast("Models", self._client.models)
        return models.generate_content(
            model=model,
            contents=[
                types.Part.from_bytes(data=order.photo, mime_type="image/jpeg"),
                types.Part.from_text(text=order.prompt),
            ],
            config=types.GenerateContentConfig(
                response_modalities=["TEXT", "IMAGE"],
                image_config=types.ImageConfig(aspect_ratio=order.aspect_ratio),
                seed=(order.seed + variant) % _SEEDS,
            ),
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """This authority besides those everybody trusts."""
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=str(ca_file))
    return context


class _Start:
    """Notes when a call has to be over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, _DEADLINE: monotonic() + self._seconds}


def _bound(response: httpx2.Response) -> None:
    """The client's own timeout is for each piece: a body that trickles would never end."""
    response.stream = _Bounded(cast("httpx2.SyncByteStream", response.stream), response.request)


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, body: httpx2.SyncByteStream, request: httpx2.Request) -> None:
        self._body = body
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        end = float(self._request.extensions[_DEADLINE])
        # The transport reads this once, before the first piece: no silence may be longer than the time that is left.
        self._request.extensions["timeout"]["read"] = max(_SOON, end - monotonic())
        size = 0
        for piece in self._body:
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise AnswerTooLarge
            if monotonic() > end:
                raise httpx2.ReadTimeout("The answer was not complete in time.", request=self._request)
            yield piece

    def close(self) -> None:
        self._body.close()
