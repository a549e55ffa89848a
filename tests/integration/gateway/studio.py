"""The gateway in front of its real peers, and people who use it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from common.service import Service
from gateway.repository import Work
from generation.jobs import Album, Workshop
from tests.fakes.engine import FakeEngine
from tests.fakes.house import Room
from tests.fakes.leftovers import clear
from tests.fixtures.photo_files import cornered, encoded

PASSWORD = "correct horse battery"
ORIGIN = "https://localhost"
# A site whose scripts may use the API in a browser.
SHOP = "https://shop.example"
# Few enough that a test can reach it.
SAVED_LIMIT = 3
INDEX_KEY = "B" * 43 + "="
_NUMBERS = itertools.count(1)


def photo() -> bytes:
    """A photo the studio takes; no two are the same."""
    return encoded(cornered(300 + next(_NUMBERS) % 200, 300), "JPEG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """The public door, and what is behind it."""

    app: Flask
    service: Service[Work]
    rooms: list[Room]
    workshop: Workshop
    album: Album
    engine: FakeEngine

    def client(self) -> FlaskClient:
        """A browser with no cookies."""
        return self.app.test_client()

    def sign_up(self, email: str | None = None) -> "Person":
        """Somebody new, signed in, with her trial credits."""
        client = self.client()
        email = email or f"person-{next(_NUMBERS)}@example.org"
        created = client.post("/v1/accounts", json=sign_up_body(email), base_url=ORIGIN)
        assert created.status_code == 201, created.get_json()
        # What other tests tried in vain from this machine would be held against her.
        with self.service.unit.database.begin() as connection:
            connection.execute("DELETE FROM tries")
        opened = client.post("/v1/sessions", json={"email": email, "password": PASSWORD}, base_url=ORIGIN)
        assert opened.status_code == 201, opened.get_json()
        self.settle()
        return Person(
            studio=self, id=UUID(created.get_json()["id"]), email=email, token=opened.get_json()["token"], client=client
        )

    def settle(self) -> None:
        """Let everything that has begun come to its end: events, renderers, deletions."""
        while self._carry() or any(step() for step in self._steps()):
            pass

    def forget_everything_to_do(self) -> None:
        """Drop jobs, uploads and events, on their way or recorded."""
        for room in self.rooms:
            room.arriving.clear()
            clear(room.unit.service, room.unit.database)

    def carry(self) -> None:
        """Let the events be taken; nothing is painted."""
        while self._carry():
            pass

    def _steps(self) -> list[Callable[[], int]]:
        # Copied before it goes.
        return [
            self.album.save_photos,
            self.workshop.render_next,
            self.workshop.delete_uploads,
            self.album.delete_photos,
        ]

    def _carry(self) -> bool:
        moved = [room.publish(self.rooms) for room in self.rooms]
        for room in self.rooms:
            room.take_all()
        return any(moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A signed-in person: by token, or by the cookie of her browser."""

    studio: Studio
    id: UUID
    email: str
    token: str
    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        """A request with the token, from a program."""
        given = {"Authorization": f"Bearer {self.token}", **self.headers, **(headers or {})}
        return self.studio.client().open(path, method=method, headers=given, base_url=ORIGIN, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def credits(self) -> dict[str, int]:
        """What she can spend, and what is set aside."""
        told = self.get("/v1/credits").get_json()
        return {"available": told["available"], "held": told["held"]}

    def order(
        self, file: bytes | None = None, *, key: str | None = None, name: str = "me.jpg", **fields: Any
    ) -> TestResponse:
        """Order a figurine."""
        upload = FileStorage(BytesIO(photo() if file is None else file), filename=name)
        return self.send_order({"style": "acrylic-standee", **fields, "photo": upload}, key=key)

    def order_again(self, saved_photo_id: object, *, key: str | None = None, **fields: Any) -> TestResponse:
        """Order a figurine of a photo that was saved before."""
        return self.send_order({"style": "acrylic-standee", **fields, "saved_photo_id": str(saved_photo_id)}, key=key)

    def send_order(self, form: dict[str, Any], *, key: str | None = None) -> TestResponse:
        """Send an order just as it is."""
        headers = {"Idempotency-Key": key} if key else {}
        # Encoded here: the client would leave a large form in a file it never closes.
        boundary, body = encode_multipart(form)
        content_type = f"multipart/form-data; boundary={boundary}"
        return self.ask("POST", "/v1/figurines", data=body, headers=headers, content_type=content_type)

    def figurine(self, figurine_id: object) -> dict[str, Any]:
        """One of her figurines."""
        response = self.get(f"/v1/figurines/{figurine_id}")
        assert response.status_code == 200, response.get_json()
        return response.get_json()


def sign_up_body(email: str, **changes: object) -> dict[str, object]:
    """What a new person sends."""
    return {
        "email": email,
        "password": PASSWORD,
        "name": "Ada Lovelace",
        "adult": True,
        "policy_version": "2026-11-01",
        **changes,
    }
