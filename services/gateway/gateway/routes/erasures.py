"""How an erasure stands, and its receipt: for who has no account any more, but the key out of the letter."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.errors import Unavailable
from common.problems import problems
from gateway.adapters.links import Links
from gateway.domain.rights import NoSuchRequest
from gateway.routes.context import peers, public
from gateway.routes.requests import RequestAnswer

routes = public("erasures")
links = Current(Links)


class ErasurePath(BaseModel):
    """Which erasure."""

    request_id: UUID


class KeyQuery(BaseModel):
    """The key from the link."""

    key: Annotated[str, Field(max_length=128)]


class ReceiptAnswer(Answer):
    """A receipt: `body` is the text that was signed (Ed25519, `signature` in base64), itself JSON.

    `python -m privacy verify` checks it, with the keys of `GET /v1/privacy/keys`.
    """

    number: int
    body: str
    signature: str
    keys: dict[str, str]


class ReceiptKeysAnswer(Answer):
    """The public keys of the services, in PEM; how many receipts there are, and the SHA-256 of the latest body."""

    keys: dict[str, str]
    receipts: int
    latest: str | None


@routes.get("/v1/privacy/erasures/<request_id>", responses={200: RequestAnswer, **problems(NoSuchRequest, Unavailable)})
def read_erasure(path: ErasurePath, query: KeyQuery) -> RequestAnswer:
    """How far each service is."""
    check_key(path.request_id, query.key)
    return RequestAnswer(**peers().privacy.get(f"/v1/erasures/{path.request_id}", user_id=None))


@routes.get(
    "/v1/privacy/erasures/<request_id>/receipt",
    responses={200: ReceiptAnswer, **problems(NoSuchRequest, Unavailable)},
)
def read_receipt(path: ErasurePath, query: KeyQuery) -> ReceiptAnswer:
    """The receipt, once it is over."""
    check_key(path.request_id, query.key)
    return ReceiptAnswer(**peers().privacy.get(f"/v1/erasures/{path.request_id}/receipt", user_id=None))


@routes.get("/v1/privacy/keys", responses={200: ReceiptKeysAnswer, **problems(Unavailable)})
def read_keys() -> ReceiptKeysAnswer:
    """What receipts are checked with, and where their chain stands."""
    return ReceiptKeysAnswer(**peers().privacy.get("/v1/receipts/keys", user_id=None))


def check_key(request_id: UUID, key: str) -> None:
    """Raises NoSuchRequest for a key that is not that erasure's."""
    if not links().opens_receipt(request_id, key):
        raise NoSuchRequest
