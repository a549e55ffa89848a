"""The client of google-genai, held to what we promise: no repeats of its own, no redirects, an end to every answer."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Protocol, cast

import httpx2
from google import genai
from google.genai import errors, types

from generation.ports import PaintOrder

from .failures import AnswerTooLarge
from .turns import contents_of

GOOGLE = "https://generativelanguage.googleapis.com"
_LARGEST_ANSWER = 64_000_000
# Every picture of a batch, and perhaps each of them twice.
_LARGEST_BATCH = 256_000_000
_DEADLINE = "figurine.deadline"
_SOON = 0.01
# Gemini's seeds are 32 bits with a sign.
_SEEDS = 2**31


class Models(Protocol):
    """The one thing that is asked of the client."""

    def generate_content(
        self, *, model: str, contents: list[types.Content], config: types.GenerateContentConfig
    ) -> types.GenerateContentResponse:
        """One call."""
        ...


class BatchCalls(Protocol):
    """What is asked of the client about batches; reading them is done here."""

    def create(
        self, *, model: str, src: list[types.InlinedRequest], config: types.CreateBatchJobConfig
    ) -> types.BatchJob:
        """Hand a batch over."""
        ...

    def cancel(self, *, name: str) -> None:
        """Stop it."""
        ...

    def delete(self, *, name: str) -> object:
        """Have nothing left of it."""
        ...


class Refusals(Protocol):
    """How the client tells refusals, whose types it leaves open."""

    def raise_for_response(self, response: httpx2.Response) -> None:
        """Raise what the client raises for an answer that is none."""
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
        # A redirect would send the photo to somebody whose name stands in no policy.
        arguments: dict[str, Any] = {"follow_redirects": False}
        if ca_file is not None:
            arguments["verify"] = _trusting(ca_file)
        self._reader = httpx2.Client(
            base_url=f"{(base_url or GOOGLE).rstrip('/')}/{api_version}/",
            headers={**(headers or {}), "x-goog-api-key": api_key},
            timeout=deadline,
            event_hooks=_hooks(deadline, _LARGEST_BATCH),
            **arguments,
        )
        self._client = genai.Client(
            api_key=api_key,
            vertexai=False,
            http_options=types.HttpOptions(
                # Named, so that no variable of the environment can put another in its place.
                base_url=base_url or GOOGLE,
                api_version=api_version,
                headers=dict(headers or {}),
                timeout=round(deadline * 1000),
                client_args={**arguments, "event_hooks": _hooks(deadline, _LARGEST_ANSWER)},
                retry_options=types.HttpRetryOptions(attempts=1),
            ),
        )

    def ask(self, model: str, order: PaintOrder, variant: int, *, anew: bool = False) -> types.GenerateContentResponse:
        """One call for one picture; `variant` counts from 0, `anew` leaves earlier turns out.

        Raises what the client raises.
        """
        models = cast("Models", self._client.models)
        contents = contents_of(order, model, anew=anew)
        return models.generate_content(model=model, contents=contents, config=_config(order, variant))

    def create_batch(self, model: str, display_name: str, pictures: Mapping[str, tuple[PaintOrder, int]]) -> str | None:
        """Hand over pictures by their keys, each of an order and a variant; returns the batch's name, if one came."""
        batches = cast("BatchCalls", self._client.batches)
        created = batches.create(
            model=model,
            src=[
                types.InlinedRequest(
                    contents=cast("Any", contents_of(order, model)),
                    config=_config(order, variant),
                    metadata={"key": key},
                )
                for key, (order, variant) in pictures.items()
            ],
            config=types.CreateBatchJobConfig(display_name=display_name),
        )
        return created.name

    def read(self, path: str, **query: str | int) -> object:
        """The JSON of a batch, or of a page of the list of them.

        Not through the client: it refuses a whole batch for one answer in it that it does not understand, such as an
        error with details. Raises what the client raises.
        """
        response = self._reader.get(path, params=query)
        cast("Refusals", errors.APIError).raise_for_response(response)
        return response.json()

    def cancel_batch(self, name: str) -> None:
        """Stop a batch. Raises what the client raises."""
        cast("BatchCalls", self._client.batches).cancel(name=name)

    def delete_batch(self, name: str) -> None:
        """Delete a batch with all that is in it. Raises what the client raises."""
        cast("BatchCalls", self._client.batches).delete(name=name)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()
        self._reader.close()


def _config(order: PaintOrder, variant: int) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=order.aspect_ratio),
        seed=(order.seed + variant) % _SEEDS,
    )


def _hooks(deadline: float, largest: int) -> dict[str, list[Callable[..., Any]]]:
    return {"request": [_Start(deadline)], "response": [_Bound(largest)]}


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


class _Bound:
    """The client's own timeout is for each piece: a body that trickles would never end."""

    def __init__(self, largest: int) -> None:
        self._largest = largest

    def __call__(self, response: httpx2.Response) -> None:
        body = cast("httpx2.SyncByteStream", response.stream)
        response.stream = _Bounded(body, response.request, self._largest)


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, body: httpx2.SyncByteStream, request: httpx2.Request, largest: int) -> None:
        self._body = body
        self._request = request
        self._largest = largest

    def __iter__(self) -> Iterator[bytes]:
        end = float(self._request.extensions[_DEADLINE])
        # The transport reads this once, before the first piece: no silence may be longer than the time that is left.
        self._request.extensions["timeout"]["read"] = max(_SOON, end - monotonic())
        size = 0
        for piece in self._body:
            size += len(piece)
            if size > self._largest:
                raise AnswerTooLarge
            if monotonic() > end:
                raise httpx2.ReadTimeout("The answer was not complete in time.", request=self._request)
            yield piece

    def close(self) -> None:
        self._body.close()
