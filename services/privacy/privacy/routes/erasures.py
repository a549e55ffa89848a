"""/v1/erasures: how an erasure stands and its receipt, for whoever the gateway lets through; it names nobody."""

from uuid import UUID

from pydantic import BaseModel

from common.answers import Answer
from common.callers import internal_blueprint
from common.current import Current, CurrentUnit
from common.problems import problems
from privacy.domain import NoSuchRequest
from privacy.domain.receipts import NoReceiptYet
from privacy.ports import ReceiptKeys
from privacy.repository import Work
from privacy.routes.requests import RequestAnswer, request_answer
from privacy.use_cases import erasures

routes = internal_blueprint("erasures", __name__)
unit = CurrentUnit[Work]()
keys = Current(ReceiptKeys)


class ErasurePath(BaseModel):
    """Which erasure."""

    request_id: UUID


class ReceiptAnswer(Answer):
    """A receipt, with the keys its signatures are checked with; compare those with the published ones."""

    number: int
    body: str
    signature: str
    keys: dict[str, str]


class KeysAnswer(Answer):
    """The public keys of the services, in PEM, and number and digest of the latest receipt."""

    keys: dict[str, str]
    receipts: int
    latest: str | None


@routes.get("/v1/erasures/<request_id>", responses={200: RequestAnswer, **problems(NoSuchRequest)})
def read_erasure(path: ErasurePath) -> RequestAnswer:
    """How it stands."""
    with unit.begin() as work:
        return request_answer(erasures.read_erasure(work, path.request_id))


@routes.get("/v1/erasures/<request_id>/receipt", responses={200: ReceiptAnswer, **problems(NoReceiptYet)})
def read_receipt(path: ErasurePath) -> ReceiptAnswer:
    """Its receipt."""
    with unit.begin() as work:
        receipt = erasures.read_receipt(work, path.request_id)
    return ReceiptAnswer(
        number=receipt.number, body=receipt.body, signature=receipt.signature, keys=dict(keys().public)
    )


@routes.get("/v1/receipts/keys", responses={200: KeysAnswer})
def read_keys() -> KeysAnswer:
    """What receipts are checked with, and where their chain stands."""
    with unit.begin() as work:
        last = work.receipts.last()
    return KeysAnswer(
        keys=dict(keys().public), receipts=last.number if last else 0, latest=last.digest.hex() if last else None
    )
