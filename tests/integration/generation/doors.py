"""Generation's HTTP door, as the gateway comes to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from common.storage import OpenedObject
from common.tokens import TokenIssuer
from generation.adapters.objects import S3Pictures
from generation.ports import Size
from generation.settings import Settings
from tests.fakes.toy.keys import PRIVATE_KEY, PUBLIC_KEY
from tests.fixtures.signing import SigningFiles

ISSUER = TokenIssuer(PRIVATE_KEY)
Ask = Callable[..., TestResponse]


class Counted:
    """Pictures that know how many of them were opened and not closed."""

    def __init__(self, pictures: S3Pictures) -> None:
        self._pictures = pictures
        self.open_now = 0

    def put(self, prefix: str, size: Size, image: bytes, *, owner: UUID) -> None:
        self._pictures.put(prefix, size, image, owner=owner)

    def open(self, prefix: str, size: Size, *, owner: UUID, span: tuple[int, int] | None = None) -> OpenedObject:
        opened = self._pictures.open(prefix, size, owner=owner, span=span)
        self.open_now += 1
        close = opened.close

        def closed() -> None:
            self.open_now -= 1
            close()

        opened.close = closed
        return opened

    def length(self, prefix: str, size: Size) -> int:
        return self._pictures.length(prefix, size)

    def keep_memo(self, prefix: str, memo: bytes, *, owner: UUID) -> None:
        self._pictures.keep_memo(prefix, memo, owner=owner)

    def read_memo(self, prefix: str, *, owner: UUID) -> bytes:
        return self._pictures.read_memo(prefix, owner=owner)

    def sweep(self, prefix: str) -> int:
        return self._pictures.sweep(prefix)


def settings_of(dsn: str, signing: SigningFiles, **changes: Any) -> Settings:
    """Generation's settings on a real database; nothing else they name is there."""
    key = SecretStr("1:" + "A" * 43 + "=")
    plain: dict[str, Any] = {
        "mode": "local",
        "database_url": SecretStr(dsn),
        "broker_url": SecretStr("amqp://localhost/unused"),
        "token_public_key": PUBLIC_KEY,
        "s3_endpoint": "https://localhost:1",
        "s3_access_key": "unused",
        "s3_secret_key": SecretStr("unused"),
        "sealing_keys": key,
        "upload_keys": key,
        "provenance_cert": signing.chain,
        "provenance_key": signing.key,
    }
    return Settings(**plain, **changes)


def asking(client: FlaskClient) -> Ask:
    """Requests in the name of a person."""

    def ask(path: str, user_id: UUID | None, *, method: str = "GET", **headers: str) -> TestResponse:
        token = ISSUER.issue(user_id=user_id, audience="generation")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = client.open(path, method=method, headers={"Authorization": f"Bearer {token}", **named})
        response.get_data()
        response.close()
        return response

    return ask
