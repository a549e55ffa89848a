"""The studio's public API, as a program uses it: HTTPS, JSON, a bearer token, server-sent events."""

import json
import ssl
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel

from common.clock import SYSTEM_CLOCK
from ops.demo import answers
from ops.demo.failures import DemoFailed, StudioAway

A = TypeVar("A", bound=BaseModel)

ANSWER_SECONDS = 20.0
# Longer than the studio's heartbeat, of 15 s: a stream that is silent for so long is dead, and is opened anew.
SILENCE_SECONDS = 20.0
# Asked too often, or something behind the door is away.
FOR_NOW = frozenset({429, 502, 503, 504})


class Studio:
    """One person's connection to the studio. What goes wrong is raised as DemoFailed."""

    def __init__(self, url: str, *, ca: Path | None) -> None:
        self._url = url
        context = ssl.create_default_context(cafile=ca)
        self._client = httpx2.Client(base_url=url, verify=context, timeout=ANSWER_SECONDS)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def sign_up(self, *, email: str, password: str, name: str, policy_version: str) -> answers.Account:
        """Open an account."""
        person = {"email": email, "password": password, "name": name, "adult": True}
        return self._post(answers.Account, "/v1/accounts", {**person, "policy_version": policy_version})

    def confirm(self, token: str) -> answers.Account:
        """Confirm the address with the token from the mail."""
        return self._post(answers.Account, "/v1/accounts/verify", {"token": token})

    def sign_in(self, *, email: str, password: str) -> None:
        """Sign in; what follows is done as this person."""
        session = self._post(answers.Session, "/v1/sessions", {"email": email, "password": password})
        # Only the token: with a cookie the studio would ask for more.
        self._client.cookies.clear()
        self._client.headers["Authorization"] = f"Bearer {session.token}"

    def styles(self) -> list[answers.Style]:
        """The style wall."""
        return self._read(answers.Styles, "/v1/styles").items

    def order(self, photo: Path, *, style: str, title: str, save_photo: bool = False) -> answers.Figurine:
        """Order a figurine of a photo, and have the photo saved where that is wanted."""
        with photo.open("rb") as file:
            request = self._client.build_request(
                "POST",
                "/v1/figurines",
                data={"style": style, "title": title} | ({"save_photo": "true"} if save_photo else {}),
                files={"photo": (photo.name, file)},
                headers=_once(),
            )
            return answers.Figurine.model_validate_json(self._send(request).content)

    def figurine(self, figurine_id: UUID) -> answers.Figurine:
        """One figurine."""
        return self._read(answers.Figurine, f"/v1/figurines/{figurine_id}")

    def picture(self, figurine_id: UUID, n: int) -> httpx2.Response:
        """The bytes of a picture, and their media type."""
        return self._send(self._client.build_request("GET", _picture(figurine_id, n)))

    def picture_for_strangers(self, figurine_id: UUID, n: int) -> int:
        """The status that somebody gets who is not signed in."""
        with self._answering():
            request = self._client.build_request("GET", _picture(figurine_id, n))
            del request.headers["Authorization"]
            return self._client.send(request).status_code

    def balance(self) -> answers.Balance:
        """What can be spent."""
        return self._read(answers.Balance, "/v1/credits")

    def statement(self) -> list[answers.Movement]:
        """Every movement of credits, the newest first."""
        return self._read(answers.Statement, "/v1/credits/statement").items

    def photos(self) -> answers.Photos:
        """Photos held, and proofs of those that went."""
        return self._read(answers.Photos, "/v1/photos")

    def news(self, *, after: int, seconds: float) -> Generator[answers.News]:
        """Live progress since event `after`, across interruptions, for about so many seconds.

        Time is looked at with each sign of life, so the end may come a heartbeat late.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(httpx2.ReadTimeout), self._stream(after) as blocks:
                for block in blocks:
                    if "id" in block:
                        after = int(block["id"])
                        yield answers.News(seq=after, type=block["event"], **json.loads(block["data"]))
                    if time.monotonic() > end:
                        return

    @contextmanager
    def _stream(self, after: int) -> Generator[Iterator[dict[str, str]]]:
        timeout = httpx2.Timeout(ANSWER_SECONDS, read=SILENCE_SECONDS)
        headers = {"Last-Event-ID": str(after), "Accept": "text/event-stream"}
        with self._client.stream("GET", "/v1/events", headers=headers, timeout=timeout) as response:
            if not response.is_success:
                response.read()
                raise _refused(response)
            yield _blocks(response.iter_lines())

    def _read(self, answer: type[A], path: str) -> A:
        return answer.model_validate_json(self._send(self._client.build_request("GET", path)).content)

    def _post(self, answer: type[A], path: str, body: Mapping[str, object]) -> A:
        request = self._client.build_request("POST", path, json=body, headers=_once())
        return answer.model_validate_json(self._send(request).content)

    def _send(self, request: httpx2.Request) -> httpx2.Response:
        with self._answering():
            response = self._client.send(request)
        if not response.is_success:
            raise _refused(response)
        return response

    @contextmanager
    def _answering(self) -> Generator[None]:
        try:
            yield
        except httpx2.HTTPError as error:
            message = f"The studio does not answer at {self._url} ({error}). Look with `make logs`."
            raise StudioAway(message) from error


def _blocks(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The blocks of a stream of server-sent events, heartbeats included (a comment is a field without a name)."""
    block: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            block[name] = value
        else:
            yield block
            block = {}


def _picture(figurine_id: UUID, n: int) -> str:
    return f"/v1/figurines/{figurine_id}/pictures/{n}"


def _once() -> dict[str, str]:
    return {"Idempotency-Key": str(SYSTEM_CLOCK.new_id())}


def _refused(response: httpx2.Response) -> DemoFailed:
    """The problem that was answered (RFC 9457), in a sentence."""
    failure = StudioAway if response.status_code in FOR_NOW else DemoFailed
    asked = f"{response.request.method} {response.request.url.path}"
    if "json" not in response.headers.get("Content-Type", ""):
        return failure(f"{asked} was answered with {response.status_code}. Look with `make logs`.")
    problem = response.json()
    words = problem.get("detail") or problem.get("title")
    return failure(f"{asked} was answered with {response.status_code}: {words} ({problem.get('request_id')})")
