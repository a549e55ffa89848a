"""The canary's connection to the studio: the demo's, and what she needs besides."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import httpx2
from pydantic import BaseModel

from common.clock import SYSTEM_CLOCK
from ops.canary import answers
from ops.demo.failures import StudioAway
from ops.demo.studio import FOR_NOW, Studio

A = TypeVar("A", bound=BaseModel)


class Person(Studio):
    """Everything by the public API. What goes wrong is raised as DemoFailed, and StudioAway where nothing was seen."""

    def account(self) -> answers.Own:
        """Her own account."""
        return self._read(answers.Own, "/v1/account")

    def correct(self, name: str) -> answers.Own:
        """Another name."""
        return self._change(answers.Own, "PATCH", "/v1/account", {"name": name})

    def say(self, purpose: str, *, granted: bool) -> None:
        """Allow one of the purposes, or say no to it."""
        self._send(self._client.build_request("PUT", f"/v1/consents/{purpose}", json={"granted": granted}))

    def record(self) -> answers.Record:
        """What is stored about her, by service."""
        return self._read(answers.Record, "/v1/privacy/record")

    def disclosures(self) -> answers.Given:
        """What partners got of her."""
        return self._read(answers.Given, "/v1/privacy/disclosures")

    def rate(self, figurine_id: UUID, *, stars: int, comment: str = "") -> None:
        """Say what she thinks of a figurine."""
        said = {"stars": stars} | ({"comment": comment} if comment else {})
        self._send(self._client.build_request("PUT", f"/v1/figurines/{figurine_id}/rating", json=said))

    def share(self, figurine_id: UUID) -> str:
        """The path of a public link to a figurine."""
        shared = self._change(answers.Shared, "POST", f"/v1/figurines/{figurine_id}/share", {})
        return urlsplit(shared.url).path

    def ask(self, kind: str, **more: str) -> answers.Request:
        """Ask for something as her right."""
        return self._post(answers.Request, "/v1/privacy/requests", {"kind": kind, **more})

    def request(self, request_id: UUID) -> answers.Request:
        """How far a request is."""
        return self._read(answers.Request, f"/v1/privacy/requests/{request_id}")

    def fetch(self, request_id: UUID, to: Path) -> None:
        """Her archive, into a file."""
        to.write_bytes(
            self._send(self._client.build_request("GET", f"/v1/privacy/requests/{request_id}/archive")).content
        )

    def erasure(self, follow: str) -> answers.Request:
        """How far an erasure is, signed in or not."""
        return self._read(answers.Request, follow)

    def receipt(self, follow: str) -> answers.Receipt:
        """The receipt of an erasure that is over."""
        path, _, query = follow.partition("?")
        return self._read(answers.Receipt, f"{path}/receipt?{query}")

    def keys(self) -> answers.Keys:
        """The keys that receipts are checked with."""
        return self._read(answers.Keys, "/v1/privacy/keys")

    def status(self, path: str) -> int:
        """What she gets there now, by number; a studio that is away is no answer."""
        return self._told(self._client.build_request("GET", path))

    def status_of_signing_in(self, *, email: str, password: str) -> int:
        """What becomes of it, without staying signed in."""
        return self._told(
            self._client.build_request("POST", "/v1/sessions", json={"email": email, "password": password})
        )

    def _told(self, request: httpx2.Request) -> int:
        with self._answering():
            status = self._client.send(request).status_code
        self._client.cookies.clear()
        if status in FOR_NOW:
            raise StudioAway(f"The studio answered {status}: it cannot say for now.")
        return status

    def _change(self, answer: type[A], method: str, path: str, body: Mapping[str, object]) -> A:
        headers = {"Idempotency-Key": str(SYSTEM_CLOCK.new_id())}
        request = self._client.build_request(method, path, json=body, headers=headers)
        return answer.model_validate_json(self._send(request).content)


def api_of(follow: str, request_id: UUID) -> str:
    """Where the API shows the erasure that a link's page shows."""
    key = parse_qs(urlsplit(follow).query)["key"][0]
    return f"/v1/privacy/erasures/{request_id}?{urlencode({'key': key})}"
