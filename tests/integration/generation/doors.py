"""Generation's HTTP door, as the gateway comes to it."""

from collections.abc import Callable
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common.storage import OpenedObject
from common.tokens import TokenIssuer
from generation.adapters.objects import S3Pictures
from generation.ports import Size
from tests.fakes.toy.keys import PRIVATE_KEY

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

    def sweep(self, prefix: str) -> int:
        return self._pictures.sweep(prefix)


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
