"""What a service stores about people, told by its own declarations; only the gateway asks.

routes                                    the blueprint for a service behind the gateway
held_of(service, user_id) -> RecordAnswer what is stored about one person, with counts
processing_of(service) -> RecordAnswer    the same without anybody in it
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel

from common.answers import Answer
from common.callers import current_user_id, internal_blueprint
from common.current import current_service
from common.inventory.counting import count_held
from common.inventory.record import Entry, entries
from common.inventory.retained import retained
from common.inventory.whose import Subject
from common.service import Service, W

routes = internal_blueprint("record", __name__)


class FieldAnswer(Answer):
    """One thing that is stored; `withheld` is why a copy of the data leaves it out."""

    name: str
    sentence: str
    sealed: bool
    withheld: str | None


class ReasonAnswer(BaseModel):
    """A promise's id and its sentence."""

    id: str
    sentence: str


class EntryAnswer(BaseModel):
    """One kind of record: what, why, how long, what becomes of it; `count` is how many there are of one's own.

    `outcome` is what an erasure does with it: `destroyed`, `emptied`, `unlinked` (it stays, and leads to nobody) or
    `kept`. What stays of one's own stays until `stays_until` at the latest, where that is fixed by now.
    """

    key: str
    what: str
    category: ReasonAnswer
    purposes: list[ReasonAnswer]
    kept: str
    erased: str
    outcome: str
    exported: str
    fields: list[FieldAnswer]
    count: int | None = None
    stays_until: str | None = None


class RecordAnswer(BaseModel):
    """What one service stores about people."""

    service: str
    items: list[EntryAnswer]


@routes.get("/v1/record", responses={200: RecordAnswer})
def read_record() -> RecordAnswer:
    """What is stored about the person who asks."""
    return held_of(current_service(), current_user_id())


@routes.get("/v1/processing", responses={200: RecordAnswer})
def read_processing() -> RecordAnswer:
    """What is stored about people; nobody's data."""
    return processing_of(current_service())


def held_of(service: Service[W], user_id: UUID) -> RecordAnswer:
    """What a service stores about one person, counted at one moment."""
    subject = Subject(user_id=user_id, pseudonyms=service.pseudonyms(user_id))
    with service.unit.database.begin() as connection:
        counts = count_held(connection, service.inventory, subject)
        stays = {kept.what: kept.until for kept in retained(connection, service.inventory, subject)}
    return _answer(service, counts, stays)


def processing_of(service: Service[W]) -> RecordAnswer:
    """What a service stores about people."""
    return _answer(service, {}, {})


def _answer(service: Service[W], counts: Mapping[str, int], stays: Mapping[str, str | None]) -> RecordAnswer:
    told = entries(service.inventory)
    items = [_entry(entry, counts.get(entry.key), stays.get(entry.what)) for entry in told]
    return RecordAnswer(service=service.name, items=items)


def _entry(entry: Entry, count: int | None, stays_until: str | None) -> EntryAnswer:
    return EntryAnswer(
        key=entry.key,
        what=entry.what,
        category=ReasonAnswer(id=entry.category.name, sentence=entry.category.value),
        purposes=[ReasonAnswer(id=purpose.name, sentence=purpose.value) for purpose in entry.purposes],
        kept=entry.kept,
        erased=entry.erased,
        outcome=entry.outcome,
        exported=entry.exported,
        fields=[FieldAnswer.model_validate(field) for field in entry.fields],
        count=count,
        stays_until=stays_until,
    )
