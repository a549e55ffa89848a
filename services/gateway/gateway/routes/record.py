"""/v1/privacy/record and /v1/privacy/processing: what is stored about people, by every service's declarations."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from pydantic import BaseModel

from common.current import current_service
from common.errors import Unavailable
from common.problems import problems
from common.record_door import EntryAnswer, RecordAnswer, held_of, processing_of
from gateway.adapters.peers import Peer
from gateway.domain.people import NotSignedIn
from gateway.routes.context import current_person, peers, personal, public

own_routes = personal("record")
public_routes = public("processing")


class ServiceRecordAnswer(BaseModel):
    """What one service stores; `available` is false while it does not answer, and `items` is empty then."""

    service: str
    available: bool
    items: list[EntryAnswer]


class StoredAnswer(BaseModel):
    """What all services store about people."""

    services: list[ServiceRecordAnswer]


@own_routes.get("/v1/privacy/record", responses={200: StoredAnswer, **problems(NotSignedIn)})
def read_own_record() -> StoredAnswer:
    """What is stored about oneself, why, for how long, and what becomes of it."""
    account_id = current_person().account_id
    own = held_of(current_service(), account_id)
    return StoredAnswer(services=[_known(own), *_asked("/v1/record", account_id)])


@public_routes.get("/v1/privacy/processing", responses={200: StoredAnswer})
def read_processing() -> StoredAnswer:
    """What is stored about people, why, for how long, and what becomes of it; nobody's data."""
    return StoredAnswer(services=[_known(processing_of(current_service())), *_asked("/v1/processing", None)])


def _asked(path: str, user_id: UUID | None) -> Iterable[ServiceRecordAnswer]:
    """What the others say; they are asked side by side, so that one that is away costs one deadline."""
    others = peers()
    named = {
        "generation": others.generation,
        "billing": others.billing,
        "privacy": others.privacy,
        "analytics": others.analytics,
    }
    with ThreadPoolExecutor(max_workers=len(named), thread_name_prefix="record") as pool:
        answers = [pool.submit(_ask, name, peer, path, user_id) for name, peer in named.items()]
        return [answer.result() for answer in answers]


def _ask(name: str, peer: Peer, path: str, user_id: UUID | None) -> ServiceRecordAnswer:
    try:
        return _known(RecordAnswer(**peer.get(path, user_id=user_id)))
    except Unavailable:
        return ServiceRecordAnswer(service=name, available=False, items=[])


def _known(record: RecordAnswer) -> ServiceRecordAnswer:
    return ServiceRecordAnswer(service=record.service, available=True, items=record.items)
